#!/usr/bin/env bash
# A good guess: all AWS SDKs take the same one of [profile default] and [default] in
# ~/.aws/config, wherever the two stand; or else they put the settings of both together.
# What happens: boto3 takes the section that stands last, whole: what only the other one has
# is gone. Go v2 and JavaScript v3 take [profile default] in either order.
# Seen with botocore 1.29.27 (Debian 12), aws-sdk-go-v2/config 1.33.18 and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27, with [default] last:
# "boto3 DEFAULT None, Go PROFILEDEFAULT, JavaScript PROFILEDEFAULT", where the None is the
# region of [profile default].
# Why it matters here: tools that append a section make such files, and then the AWS CLI
# and Terraform act in two accounts. awsbroker refuses a profile with both sections.
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
echo '{"Version":1,"AccessKeyId":"'"$1"'","SecretAccessKey":"s","SessionToken":"t"}'
SH
chmod +x process
cat >region.py <<'PY'
import botocore.session
print(botocore.session.Session().get_config_variable("region"))
PY
export HOME=$dir AWS_EC2_METADATA_DISABLED=true
export PYTHONPATH=root/usr/lib/python3/dist-packages
mkdir .aws
three() {
	go=$(./golang)
	echo "boto3 $(/usr/bin/python3 who.py) $(/usr/bin/python3 region.py), Go ${go% <nil>}, JavaScript $(node who.mjs 2>/dev/null)"
}
profile="[profile default]\nregion = eu-west-1\ncredential_process = $dir/process PROFILEDEFAULT\n"
default="[default]\ncredential_process = $dir/process DEFAULT\n"
printf "$profile$default" >.aws/config
last=$(three)
printf "$default$profile" >.aws/config
first=$(three)
echo "$last"
echo "$first"
[ "$last" = "boto3 DEFAULT None, Go PROFILEDEFAULT, JavaScript PROFILEDEFAULT" ]
[ "$first" = "boto3 PROFILEDEFAULT eu-west-1, Go PROFILEDEFAULT, JavaScript PROFILEDEFAULT" ]
