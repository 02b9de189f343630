#!/usr/bin/env bash
# A good guess: @aws-lite/client sends the token of AWS_CONTAINER_AUTHORIZATION_TOKEN to the
# container endpoint as it is, as the AWS SDKs do.
# What happens: it sets the token and then signs the request as one to a service of AWS. The
# Authorization header that arrives is a signature with an empty key id.
# Seen with @aws-lite/client 0.23.7 on 2026-11-27: "AWS4-HMAC-SHA256 Credential=/", without
# the token.
# Why it matters here: an endpoint that looks at the token refuses such a program. With
# awsbroker it takes the session from its environment (exec without --server).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
npm install --silent --no-audit --no-fund @aws-lite/client@0.23.7 >/dev/null 2>&1
cat >who.mjs <<'JS'
import http from "node:http";
import aws from "@aws-lite/client";
const server = http.createServer((request, response) => {
  console.log(request.headers.authorization ?? "none");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ AccessKeyId: "A", SecretAccessKey: "s", Token: "t", Expiration: new Date(Date.now() + 36e5).toISOString() }));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `http://127.0.0.1:${server.address().port}/`;
process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN = "secret";
await aws({ region: "eu-west-1", plugins: [] }).catch((e) => console.error(e.message));
server.close();
JS
export HOME=$dir
seen=$(timeout 60 node who.mjs)
echo "$seen"
[[ $seen == "AWS4-HMAC-SHA256 Credential=/"* ]]
[[ $seen != *secret* ]]
