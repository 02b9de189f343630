#!/usr/bin/env bash
# A good guess: a client that a program makes after ~/.aws/config was changed reads the file
# as it is then. Only a client that exists keeps what it has read.
# What happens: the SDK for JavaScript v3 reads the file once in a process. Each later client
# and each later call of a process runs the credential_process that the file named at the
# first call, whether or not that program is still there.
# Seen with @aws-sdk/credential-providers 3.1175.0 on 2026-11-27: "BEFORE BEFORE", and
# "BEFORE AFTER" with botocore 1.29.27 (Debian 12), where each session reads the file anew.
# Why it matters here: editors, agents and development servers are Node programs that run
# for days. After setup, or after awsbroker moved, they need a restart.
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
npm install --silent --no-audit --no-fund @aws-sdk/credential-providers@3.1175.0 >/dev/null 2>&1
cat >process <<'SH'
#!/bin/sh
echo '{"Version":1,"AccessKeyId":"'"$1"'","SecretAccessKey":"s","SessionToken":"t"}'
SH
chmod +x process
cat >who.mjs <<'JS'
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import fs from "node:fs";
const config = process.env.HOME + "/.aws/config";
const one = await fromNodeProviderChain()();
fs.writeFileSync(config, fs.readFileSync(config, "utf8").replace("BEFORE", "AFTER"));
const two = await fromNodeProviderChain()();
console.log(one.accessKeyId, two.accessKeyId);
JS
cat >who.py <<'PY'
import os, botocore.session
config = os.environ["HOME"] + "/.aws/config"
one = botocore.session.Session().get_credentials().access_key
text = open(config).read()
open(config, "w").write(text.replace("BEFORE", "AFTER"))
print(one, botocore.session.Session().get_credentials().access_key)
PY
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p AWS_EC2_METADATA_DISABLED=true
mkdir .aws
printf '[profile p]\ncredential_process = %s/process BEFORE\n' "$dir" >before
cp before .aws/config
js=$(node who.mjs 2>/dev/null)
cp before .aws/config
boto=$(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py)
echo "JavaScript: $js"
echo "boto3: $boto"
[ "$js" = "BEFORE BEFORE" ]
[ "$boto" = "BEFORE AFTER" ]
