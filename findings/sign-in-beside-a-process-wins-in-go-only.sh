#!/usr/bin/env bash
# A good guess: where a profile has a sign-in of AWS's own (aws login, or IAM Identity
# Center) beside its credential_process, all AWS SDKs take the same one of the two.
# What happens: the SDK for JavaScript v3 takes the process and never looks at the sign-in;
# the SDK for Go v2 takes the sign-in, and fails if there is none or it is over, instead of
# running the process.
# Seen with aws-sdk-go-v2/config 1.33.18 and @aws-sdk/credential-providers 3.1175.0 on
# 2026-11-27: Go says "load login token: token file not found, please reauthenticate" and
# "the SSO session has expired or is invalid"; JavaScript says "PROCESS" both times.
# Why it matters here: aws login and aws configure sso write into the profile that they are
# asked for, also into one of awsbroker's. Some programs then change to the other session,
# some do not. doctor finds such a profile (beside-process) and removes these lines.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
cat >go.mod <<'MOD'
module finding
go 1.26.0
require github.com/aws/aws-sdk-go-v2/config v1.33.18
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
)

func main() {
	c, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := c.Credentials.Retrieve(context.Background())
	fmt.Println(v.AccessKeyID, err)
}
GO
go mod tidy >/dev/null 2>&1
go build -o golang .
npm install --silent --no-audit --no-fund @aws-sdk/credential-providers@3.1175.0 >/dev/null 2>&1
cat >who.mjs <<'JS'
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
const chain = fromNodeProviderChain({ clientConfig: { region: "eu-west-1" } });
await chain().then((c) => console.log(c.accessKeyId), (e) => console.log(e.message));
JS
cat >process <<'SH'
#!/bin/sh
echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s","SessionToken":"t"}'
SH
chmod +x process
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p AWS_EC2_METADATA_DISABLED=true
mkdir .aws
two() {
	printf "[profile p]\ncredential_process = $dir/process\n$1" >.aws/config
	echo "Go: $(./golang)"
	echo "JavaScript: $(node who.mjs 2>/dev/null)"
}
login=$(two 'login_session = arn:aws:iam::123456789012:user/phoebe\n')
sso=$(two 'sso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = r\n')
echo "$login"
echo "$sso"
grep -q "^Go: .*load login token: token file not found" <<<"$login"
grep -q "^Go: .*the SSO session has expired or is invalid" <<<"$sso"
grep -q "^JavaScript: PROCESS$" <<<"$login"
grep -q "^JavaScript: PROCESS$" <<<"$sso"
