#!/usr/bin/env bash
# A good guess: the AWS CRT asks a container endpoint at http://127.0.0.1:PORT/ with the header
# Host: 127.0.0.1:PORT, as HTTP/1.1 says and as all other SDKs do.
# What happens: the port is missing in the header.
# Seen with aws-crt 1.33.2 (npm) on 2026-11-27: "Host: 127.0.0.1"; with
# @aws-sdk/credential-providers 3.1175.0 the port is there.
# Why it matters here: a local server that compares Host with its own address, to keep web
# pages away, refuses every program that is built on the CRT. awsbroker's server takes a
# literal loopback address without a port too; no page has such a name.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
npm install --silent --no-audit --no-fund aws-crt@1.33.2 @aws-sdk/credential-providers@3.1175.0 >/dev/null 2>&1
cat >who.mjs <<'JS'
import http from "node:http";
import crt from "aws-crt";
import { fromHttp } from "@aws-sdk/credential-providers";
const hosts = [];
const server = http.createServer((request, response) => {
  hosts.push(request.headers.host);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ AccessKeyId: "A", SecretAccessKey: "s", Token: "t", Expiration: new Date(Date.now() + 36e5).toISOString() }));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const port = server.address().port;
process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `http://127.0.0.1:${port}/`;
process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN = "secret";
await fromHttp({})();
const request = new crt.http.HttpRequest("GET", "/", new crt.http.HttpHeaders([["host", "service.example"]]));
await crt.auth.aws_sign_request(request, {
  algorithm: crt.auth.AwsSigningAlgorithm.SigV4, signature_type: crt.auth.AwsSignatureType.HttpRequestViaHeaders,
  provider: crt.auth.AwsCredentialsProvider.newDefault(), region: "eu-west-1", service: "s3",
});
console.log(hosts.map((host) => host.replace(port, "PORT")).join(", "));
process.exit();
JS
export HOME=$dir AWS_EC2_METADATA_DISABLED=true
seen=$(timeout 60 node who.mjs 2>/dev/null)
echo "$seen"
[ "$seen" = "127.0.0.1:PORT, 127.0.0.1" ]
