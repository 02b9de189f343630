#!/usr/bin/env bash
# A good guess: "region: eu-west-1", with a colon as in YAML, is no setting in ~/.aws/config;
# every SDK passes over it, or refuses the file.
# What happens: boto3, the AWS CLI and the SDK for Go v2 take a colon for an equals sign. For
# the SDKs for JavaScript v3 and Ruby the profile has no credentials and no region.
# Seen with botocore 1.29.27 and ruby-aws-sdk-core 3.168.1 (Debian 12), aws-sdk-go-v2/config
# 1.33.18 and @aws-sdk/credential-providers 3.1175.0 on 2026-11-28: "boto3: PROCESS", "Go:
# PROCESS <nil>", "JavaScript: Could not load credentials from any providers", "Ruby: none".
# Why it matters here: the AWS CLI, with which a person tries the profile, is one of those
# that take it. awsbroker names the line and the sign to write there.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq python3-botocore=1.29.27+repack-1 python3-dateutil python3-jmespath python3-six python3-urllib3 \
	ruby-aws-sdk-core=3.168.1-2 ruby-aws-sigv4 ruby-aws-partitions ruby-aws-eventstream ruby-jmespath >/dev/null 2>&1
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
cat >who.rb <<'RB'
require "aws-sdk-core"
found = Aws::CredentialProviderChain.new(nil).resolve
puts found ? found.credentials.access_key_id : "none"
RB
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p AWS_EC2_METADATA_DISABLED=true
mkdir .aws
printf '[profile p]\ncredential_process: %s/process\n' "$dir" >.aws/config
seen=$(
	echo "boto3: $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py)"
	echo "Go: $(./golang)"
	echo "JavaScript: $(node who.mjs 2>/dev/null)"
	echo "Ruby: $(ruby $(printf -- '-I %s ' root/usr/share/rubygems-integration/all/gems/*/lib root/usr/lib/ruby/vendor_ruby) who.rb 2>/dev/null)"
)
echo "$seen"
[ "$seen" = "boto3: PROCESS
Go: PROCESS <nil>
JavaScript: Could not load credentials from any providers
Ruby: none" ]
