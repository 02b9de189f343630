#!/usr/bin/env bash
# A good guess: what the AWS SDK for JavaScript v2 can use as a profile it can use as the
# source_profile of another one, since AWS_SDK_LOAD_CONFIG=1 makes it read ~/.aws/config.
# What happens: a profile with credential_process works, and a role above it does not. The
# process is not run; the error asks for a variable that is set.
# Seen with aws-sdk 2.1693.0 on 2026-11-27: "itself: PROCESS", "as source: runs 0, Missing
# credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1".
# Why it matters here: roles of further accounts are often written above one profile of
# awsbroker's. serverless and other programs with this SDK need the role in a profile of
# awsbroker's own (setup --role), which assumes the chain itself, or exec.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
npm install --silent --no-audit --no-fund aws-sdk@2.1693.0 >/dev/null 2>&1
cat >process <<'SH'
#!/bin/sh
echo run >>"$HOME/runs"
echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s","SessionToken":"t"}'
SH
chmod +x process
cat >who.cjs <<'JS'
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = require("aws-sdk");
const profile = process.argv[2];
const chain = new AWS.CredentialProviderChain([() => new AWS.SharedIniFileCredentials({ profile }), () => new AWS.ProcessCredentials({ profile })]);
chain.resolve((error, found) => console.log(error ? error.message : found.accessKeyId));
JS
export HOME=$dir AWS_REGION=eu-west-1 AWS_SDK_LOAD_CONFIG=1
mkdir .aws
cat >.aws/config <<INI
[profile role]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = source
[profile source]
credential_process = $dir/process
INI
itself=$(timeout 60 node who.cjs source 2>/dev/null)
: >runs
role=$(timeout 60 node who.cjs role 2>/dev/null)
cat >ini.cjs <<'JS'
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = require("aws-sdk");
new AWS.SharedIniFileCredentials({ profile: "role" }).get((error) => console.log(error?.message));
JS
why=$(timeout 60 node ini.cjs 2>/dev/null)
seen="itself: $itself
as source: runs $(wc -l <runs), $why"
echo "$seen ($role)"
[ "$seen" = "itself: PROCESS
as source: runs 0, Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1" ]
