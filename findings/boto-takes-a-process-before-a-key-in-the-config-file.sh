#!/usr/bin/env bash
# A good guess: where a profile in ~/.aws/config has an access key and a credential_process,
# boto3 uses the key, as the SDKs for Go and JavaScript do, and as it does itself where the
# key is in ~/.aws/credentials.
# What happens: boto3 uses the process. Its order is credentials file, process, config file,
# so that the same two lines win in one file and lose in the other.
# Seen with botocore 1.29.27 (Debian 12), aws-sdk-go-v2/config 1.33.18 and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27: "boto3 PROCESS, Go KEY, JavaScript
# KEY"; with the key in the credentials file "KEY" from all three.
# Why it matters here: after a key moved into the keychain, the AWS CLI works as it should
# while Go and Node programs still sign with the key that was left in the config file. doctor
# finds such a key in either file (key-in-clear, beside-process).
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
key='aws_access_key_id = KEY\naws_secret_access_key = s\n'
three() {
	go=$(./golang)
	echo "boto3 $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py), Go ${go% <nil>}, JavaScript $(node who.mjs 2>/dev/null)"
}
printf "[profile p]\n${key}credential_process = $dir/process\n" >.aws/config
config=$(three)
printf "[profile p]\ncredential_process = $dir/process\n" >.aws/config
printf "[p]\n$key" >.aws/credentials
credentials=$(three)
echo "$config"
echo "$credentials"
[ "$config" = "boto3 PROCESS, Go KEY, JavaScript KEY" ]
[ "$credentials" = "boto3 KEY, Go KEY, JavaScript KEY" ]
