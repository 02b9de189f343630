#!/usr/bin/env bash
# A good guess: the variables AWS_ACCESS_KEY and AWS_SECRET_KEY, which the AWS CLI does not
# know, mean nothing to the current SDKs; they are left from the first tools for EC2.
# What happens: the SDK for Go v2 reads them, before AWS_PROFILE, and even pairs the id of
# AWS_ACCESS_KEY_ID with the secret of AWS_SECRET_KEY. boto3 and JavaScript v3 take the
# profile; with that mixed pair boto3 stops, and JavaScript takes the profile.
# Seen with aws-sdk-go-v2/config 1.33.18, botocore 1.29.27 (Debian 12) and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27: "boto3 PROCESS, Go OLD, JavaScript
# PROCESS".
# Why it matters here: a variable that nobody thinks of keeps Terraform and other Go programs
# from the profile, and the AWS CLI shows that all is well. exec takes both variables out of
# the command's environment, and doctor names them (env-old-keys).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq python3-botocore=1.29.27+repack-1 python3-dateutil python3-jmespath python3-six python3-urllib3 >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
cat >who.py <<'PY'
import botocore.session
try:
    print(botocore.session.Session().get_credentials().get_frozen_credentials().access_key)
except Exception as error:
    print(error)
PY
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
printf '[profile p]\ncredential_process = %s/process\n' "$dir" >.aws/config
three() {
	go=$(env "$@" ./golang)
	boto=$(env "$@" PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py)
	echo "boto3 $boto, Go ${go% <nil>}, JavaScript $(env "$@" node who.mjs 2>/dev/null)"
}
old=$(three AWS_ACCESS_KEY=OLD AWS_SECRET_KEY=s)
mixed=$(three AWS_ACCESS_KEY_ID=NEW AWS_SECRET_KEY=s)
echo "$old"
echo "$mixed"
[ "$old" = "boto3 PROCESS, Go OLD, JavaScript PROCESS" ]
[ "$mixed" = "boto3 Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY, Go NEW, JavaScript PROCESS" ]
