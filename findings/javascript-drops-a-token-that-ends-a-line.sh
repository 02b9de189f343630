#!/usr/bin/env bash
# A good guess: a file for AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE may end with a line break,
# as what echo and most editors write does; the SDK takes it off, or says what is wrong.
# What happens: the SDK for Go v2 refuses the token. The SDK for JavaScript v3 drops it and
# asks a second time without any Authorization header, and says nothing; where the endpoint
# answers that, it even works, and where it does not, the error names no token.
# Seen with aws-sdk-go-v2/config 1.33.18 and @aws-sdk/credential-providers 3.1175.0 on
# 2026-11-27: Go "authorization token contains invalid newline sequence"; JavaScript
# "CONTAINER", with the header "none". With a file without a line break both send "secret".
# Why it matters here: a person who hands an address of exec --server on by a file, as
# EKS does for its pods, must write the token with printf. awsbroker gives the token as a variable.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
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
cat >endpoint.mjs <<'JS'
import http from "node:http";
import fs from "node:fs";
const server = http.createServer((request, response) => {
  fs.appendFileSync("tokens", (request.headers.authorization ?? "none") + "\n");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ AccessKeyId: "CONTAINER", SecretAccessKey: "s", Token: "t", Expiration: new Date(Date.now() + 36e5).toISOString() }));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
JS
node endpoint.mjs >port &
server=$!
until [ -s port ]; do sleep 0.1; done
export HOME=$dir AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
export AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:$(cat port)/" AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$dir/token
two() {
	: >tokens
	echo "Go: $(./golang)"
	echo "sent: $(xargs <tokens)"
	: >tokens
	echo "JavaScript: $(node who.mjs 2>/dev/null)"
	echo "sent: $(xargs <tokens)"
}
printf 'secret' >token
plain=$(two)
echo 'secret' >token
line=$(two)
echo "$plain"
echo "$line"
[ "$plain" = "Go: CONTAINER <nil>
sent: secret
JavaScript: CONTAINER
sent: secret" ]
grep -q "^Go: .*authorization token contains invalid newline sequence" <<<"$line"
[ "$(tail -3 <<<"$line")" = "sent: 
JavaScript: CONTAINER
sent: none" ]
