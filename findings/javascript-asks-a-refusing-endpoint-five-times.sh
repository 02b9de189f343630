#!/usr/bin/env bash
# A good guess: an endpoint for container credentials that answers 403 is asked once. A
# refusal is an answer; SDKs repeat what was throttled, cut off, or the server's fault.
# What happens: the SDK for Go v2 asks once. boto3 asks three times, a second apart, and the
# SDK for JavaScript v3 five times. Go and boto3 show the endpoint's text; JavaScript says
# only that no provider had credentials.
# Seen with botocore 1.29.27 (Debian 12), aws-sdk-go-v2/config 1.33.18 and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27: "boto3 3, Go 1, JavaScript 5".
# Why it matters here: behind such an endpoint there may be a person who was asked, and said
# no. exec --server asks a person once for a session, however often a program asks for it.
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
cat >endpoint.mjs <<'JS'
import http from "node:http";
import fs from "node:fs";
const server = http.createServer((request, response) => {
  fs.appendFileSync("requests", request.url + "\n");
  response.writeHead(403, { "content-type": "application/json" });
  response.end('{"Code":"AccessDenied","Message":"the person said no"}');
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
JS
node endpoint.mjs >port &
server=$!
until [ -s port ]; do sleep 0.1; done
export HOME=$dir AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
export AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:$(cat port)/c" AWS_CONTAINER_AUTHORIZATION_TOKEN=secret
count() {
	: >requests
	timeout 60 "$@" >answer 2>/dev/null
	grep -c . requests
}
boto=$(PYTHONPATH=root/usr/lib/python3/dist-packages count /usr/bin/python3 who.py)
grep -q "the person said no" answer
go=$(count ./golang)
grep -q "the person said no" answer
js=$(count node who.mjs)
grep -q "Could not load credentials from any providers" answer
seen="boto3 $boto, Go $go, JavaScript $js"
echo "$seen"
[ "$seen" = "boto3 3, Go 1, JavaScript 5" ]
