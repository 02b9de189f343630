#!/usr/bin/env bash
# A good guess: fromIni({ profile: "p" }) of the SDK for JavaScript v3 assumes the role of p as
# a program with AWS_PROFILE=p would: in the region and at the STS address of profile p.
# What happens: it takes the region of p, but the endpoint_url (also by services) of the
# profile that AWS_PROFILE names, or of none. The request goes to the public STS.
# Seen with @aws-sdk/credential-providers 3.1175.0 and aws-sdk-go-v2/config 1.33.18 on
# 2026-11-27, with an address for STS in [profile p] and no DNS: JavaScript "asked for
# sts.eu-central-1.amazonaws.com", and "ROLE-BY-PROCESS" with AWS_PROFILE=p; Go's
# WithSharedConfigProfile("p") "ROLE-BY-PROCESS".
# Why it matters here: behind a VPC endpoint for STS a profile works in Go and the AWS CLI,
# and not in a Node program that names it in its code. With awsbroker's profiles Node has no
# role to assume; awsbroker asks STS at the address of the profile that it was named.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
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
	c, err := config.LoadDefaultConfig(context.Background(), config.WithSharedConfigProfile("p"))
	if err != nil {
		panic(err)
	}
	v, err := c.Credentials.Retrieve(context.Background())
	fmt.Println(v.AccessKeyID, err)
}
GO
go mod tidy >/dev/null 2>&1
go build -o golang .
npm install --silent --no-audit --no-fund @aws-sdk/credential-providers@3.1175.0 >/dev/null 2>&1
cat >who.mjs <<'JS'
import { fromIni } from "@aws-sdk/credential-providers";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
dns.lookup = (host, options, done) => done(new Error("asked for " + host)); // nothing leaves this machine
syncBuiltinESMExports();
await fromIni({ profile: "p" })().then((c) => console.log(c.accessKeyId), (e) => console.log(e.message));
JS
cat >process <<'SH'
#!/bin/sh
echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s","SessionToken":"t"}'
SH
chmod +x process
export HOME=$dir
mkdir .aws
cat >.aws/config <<INI
[profile p]
region = eu-central-1
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = source
services = near
[services near]
sts =
  endpoint_url = http://127.0.0.1:$(cat port)
[profile source]
credential_process = $dir/process
INI
go=$(./golang)
alone=$(node who.mjs 2>/dev/null)
named=$(AWS_PROFILE=p node who.mjs 2>/dev/null)
printf '%s\n' "Go: $go" "JavaScript: $alone" "JavaScript with AWS_PROFILE=p: $named"
[ "$go" = "ROLE-BY-PROCESS <nil>" ]
[ "$alone" = "asked for sts.eu-central-1.amazonaws.com" ]
[ "$named" = "ROLE-BY-PROCESS" ]
