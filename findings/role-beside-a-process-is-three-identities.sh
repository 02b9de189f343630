#!/usr/bin/env bash
# A good guess: AWS's SDKs treat a profile with role_arn and credential_process, and without
# source_profile, alike: it is incomplete, and they say so.
# What happens: three identities for one profile. boto3 says that source_profile is missing.
# The SDK for Go v2 assumes the role with the credentials of the process. The SDK for
# JavaScript v3 gives the credentials of the process and does not mention the role. With
# the profile named as its own source_profile, Go is the one that refuses, boto3 sees an
# infinite loop, and JavaScript still passes the role over.
# Seen with botocore 1.29.27 (Debian 12), aws-sdk-go-v2/config 1.33.18 and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27:
# "boto3: Partial credentials found in assume-role, missing: source_profile or credential_source",
# "Go: ROLE-BY-PROCESS <nil>", "JavaScript: PROCESS".
# Why it matters here: with a helper that assumes a role itself, Go programs assume another
# one on top; with a plain helper, a role that takes rights away is not in force in Node.
# awsbroker's settings begin with awsbroker_, and doctor finds the others (beside-process).
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
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
cat >sts.mjs <<'JS'
import http from "node:http";
const server = http.createServer((request, response) => {
  request.resume();
  const by = /Credential=(\w+)/.exec(request.headers.authorization)[1];
  response.end(`<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>R:s</AssumedRoleId><Arn>a</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ROLE-BY-${by}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>${new Date(Date.now() + 36e5).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
JS
node sts.mjs >port &
server=$!
until [ -s port ]; do sleep 0.1; done
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p AWS_EC2_METADATA_DISABLED=true
export AWS_ENDPOINT_URL_STS="http://127.0.0.1:$(cat port)"
mkdir .aws
three() {
	printf '[profile p]\nrole_arn = arn:aws:iam::123456789012:role/admin\ncredential_process = %s/process\n%s\n' "$dir" "$1" >.aws/config
	echo "boto3: $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py)"
	echo "Go: $(./golang)"
	echo "JavaScript: $(node who.mjs 2>/dev/null)"
}
one=$(three "")
itself=$(three "source_profile = p")
echo "$one"
echo "$itself"
[ "$one" = "boto3: Partial credentials found in assume-role, missing: source_profile or credential_source
Go: ROLE-BY-PROCESS <nil>
JavaScript: PROCESS" ]
grep -q "^boto3: Infinite loop" <<<"$itself"
grep -q "^Go: only one credential type may be specified per profile" <<<"$itself"
grep -q "^JavaScript: PROCESS$" <<<"$itself"
