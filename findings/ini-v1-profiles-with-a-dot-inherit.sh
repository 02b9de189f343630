#!/usr/bin/env bash
# A good guess: gopkg.in/ini.v1 reads [profile dev.eu] and [profile dev] as two sections that
# have nothing to do with each other, as every AWS tool does.
# What happens: a section whose name goes on after a dot inherits. Key and HasKey find in
# [profile dev.eu] what only [profile dev] has; Keys and KeysHash of the same section do not.
# Seen with gopkg.in/ini.v1 1.67.3 on 2026-11-27: "HasKey true, Key
# arn:aws:iam::123456789012:role/admin, Keys [region]"; aws-sdk-go-v2/config 1.33.18 finds
# no role.
# Why it matters here: ini.v1 is what Go tools for AWS profiles are written with, and names
# with dots are usual (company.prod). A profile without a role would get that of another
# one. awsbroker gives ini.v1 one section at a time.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
cat >go.mod <<'MOD'
module finding
go 1.26.0
require (
	github.com/aws/aws-sdk-go-v2/config v1.33.18
	gopkg.in/ini.v1 v1.67.3
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"gopkg.in/ini.v1"
)

func main() {
	path := os.Getenv("HOME") + "/.aws/config"
	file, err := ini.Load(path)
	if err != nil {
		panic(err)
	}
	s := file.Section("profile dev.eu")
	fmt.Printf("HasKey %v, Key %s, Keys %v\n", s.HasKey("role_arn"), s.Key("role_arn"), s.KeyStrings())
	p, err := config.LoadSharedConfigProfile(context.Background(), "dev.eu")
	fmt.Printf("SDK: role %q, %v\n", p.RoleARN, err)
}
GO
go mod tidy >/dev/null 2>&1
go build -o golang .
export HOME=$dir
mkdir .aws
cat >.aws/config <<'INI'
[profile dev]
role_arn = arn:aws:iam::123456789012:role/admin
credential_source = Environment
[profile dev.eu]
region = eu-west-1
INI
seen=$(./golang)
echo "$seen"
[ "$seen" = 'HasKey true, Key arn:aws:iam::123456789012:role/admin, Keys [region]
SDK: role "", <nil>' ]
