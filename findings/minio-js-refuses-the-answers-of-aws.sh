#!/usr/bin/env bash
# A good guess: the minio package of npm takes the answer that AWS's container endpoints give
# (AccessKeyId, SecretAccessKey, Token, Expiration), since it asks at their address.
# What happens: it asks with the right token, and refuses the answer. It wants Code: Success,
# which is in the answers of the metadata service of EC2, and reads AccessKeyID, with a large
# D, which no service of AWS sends.
# Seen with minio 8.0.7 on 2026-11-27: "AWS: refused", "with Code: refused", "with Code and
# AccessKeyID: A".
# Why it matters here: a program with this library gets nothing from the endpoints of ECS and
# EKS, nor from a local one that answers as they do, and the reason is in no log. awsbroker's
# server (exec --server, serve) adds both members to its answer.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
npm install --silent --no-audit --no-fund minio@8.0.7 >/dev/null 2>&1
cat >who.mjs <<'JS'
import http from "node:http";
import { IamAwsProvider } from "minio/dist/esm/IamAwsProvider.mjs";
const aws = { AccessKeyId: "A", SecretAccessKey: "s", Token: "t", Expiration: new Date(Date.now() + 36e5).toISOString() };
const answers = { AWS: aws, "with Code": { ...aws, Code: "Success" }, "with Code and AccessKeyID": { ...aws, Code: "Success", AccessKeyID: "A" } };
for (const [name, answer] of Object.entries(answers)) {
  let token;
  const server = http.createServer((request, response) => { token = request.headers.authorization; response.end(JSON.stringify(answer)); });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `http://127.0.0.1:${server.address().port}/`;
  process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN = "secret";
  const seen = await new IamAwsProvider({}).getCredentials().then((c) => c.getAccessKey() || "refused", () => "refused");
  console.log(`${name}: ${seen}${token === "secret" ? "" : ", without its token"}`);
  server.close();
}
JS
seen=$(timeout 60 node who.mjs 2>/dev/null)
echo "$seen"
[ "$seen" = "AWS: refused
with Code: refused
with Code and AccessKeyID: A" ]
