#!/usr/bin/env bash
# A good guess: a credential_process that goes on in an indented line is one command, its
# lines joined by a blank, or else the file is refused.
# What happens: three SDKs run three commands. boto3 takes the second line for further
# arguments. The SDK for Go v2 hands both lines to a shell, which runs the first one without
# its arguments and the second one as a command of its own. JavaScript v3 drops the second.
# Seen with botocore 1.29.27 (Debian 12), aws-sdk-go-v2/config 1.33.18 and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27, for "process" and "  --profile admin":
# boto3 ran "process --profile admin"; Go "process", then "--profile: not found"; JavaScript
# "process".
# Why it matters here: without --profile a helper gives what its default is, to some programs
# only. awsbroker refuses such a profile, and setup and doctor name the line.
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
echo "process${*:+ $*}" >"$HOME/ran"
echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t"}'
SH
chmod +x process
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p AWS_EC2_METADATA_DISABLED=true
mkdir .aws
printf '[profile p]\ncredential_process = %s/process\n  --profile admin\n' "$dir" >.aws/config
PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py >/dev/null
boto=$(cat ran)
go=$(./golang 2>&1)
ran=$(cat ran)
node who.mjs >/dev/null 2>&1
js=$(cat ran)
printf '%s\n' "boto3 ran: $boto" "Go ran: $ran" "$go" "JavaScript ran: $js"
[ "$boto" = "process --profile admin" ]
[ "$ran" = "process" ]
grep -q "profile: not found\|exit status 127" <<<"$go"
[ "$js" = "process" ]
