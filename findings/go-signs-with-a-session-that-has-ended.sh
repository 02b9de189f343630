#!/usr/bin/env bash
# A good guess: a session that credential_process gives and that has ended already is an
# error in every AWS SDK; boto3 and JavaScript have errors of their own for that.
# What happens: the SDKs for Go (v2 and v1) take it and sign with it, run the process again
# for the next request, and sign with its next answer. Nothing is said on the machine; the
# service refuses the request as ExpiredToken.
# Seen with aws-sdk-go-v2/config 1.33.18, aws-sdk-go 1.55.8, botocore 1.29.27 (Debian 12) and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27: "Go: ENDED <nil> ENDED <nil>, runs 2",
# "Go v1: ENDED <nil>", "boto3: Credentials were refreshed, but the refreshed credentials are
# still expired.", "JavaScript: Profile p credential_process returned expired credentials.".
# Why it matters here: a helper that answers from a cache must look at the end itself, by a
# clock that is right; for Go programs nobody else does. awsbroker compares with AWS's clock,
# and never gives out a session that has ended.
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
require (
	github.com/aws/aws-sdk-go v1.55.8
	github.com/aws/aws-sdk-go-v2/config v1.33.18
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go/aws/session"
)

func main() {
	ctx := context.Background()
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	one, errOne := c.Credentials.Retrieve(ctx)
	two, errTwo := c.Credentials.Retrieve(ctx)
	fmt.Println("Go:", one.AccessKeyID, errOne, two.AccessKeyID, errTwo)
	old := session.Must(session.NewSessionWithOptions(session.Options{SharedConfigState: session.SharedConfigEnable}))
	v, err := old.Config.Credentials.Get()
	fmt.Println("Go v1:", v.AccessKeyID, err)
}
GO
go mod tidy >/dev/null 2>&1
go build -o golang .
npm install --silent --no-audit --no-fund @aws-sdk/credential-providers@3.1175.0 >/dev/null 2>&1
cat >who.mjs <<'JS'
import { fromProcess } from "@aws-sdk/credential-providers";
await fromProcess()().then((c) => console.log(c.accessKeyId), (e) => console.log(e.message));
JS
cat >process <<'SH'
#!/bin/sh
echo run >>"$(dirname "$0")/runs"
echo '{"Version":1,"AccessKeyId":"ENDED","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-01-01T00:00:00Z"}'
SH
chmod +x process
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p
mkdir .aws
printf '[profile p]\ncredential_process = %s/process\n' "$dir" >.aws/config
go=$(./golang)
runs=$(wc -l <runs)
seen="$(head -1 <<<"$go"), runs $((runs - 1))
$(tail -1 <<<"$go")
boto3: $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py)
JavaScript: $(node who.mjs 2>/dev/null)"
echo "$seen"
[ "$seen" = "Go: ENDED <nil> ENDED <nil>, runs 2
Go v1: ENDED <nil>
boto3: Credentials were refreshed, but the refreshed credentials are still expired.
JavaScript: Profile p credential_process returned expired credentials." ]
