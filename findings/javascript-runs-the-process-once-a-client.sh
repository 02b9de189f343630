#!/usr/bin/env bash
# A good guess: clients of one Node program that use the same profile share its session; the
# SDK for JavaScript v3 runs the credential_process once and keeps the answer until its end.
# What happens: each client keeps its own. Two clients of the same service and one of another
# run the process three times; with boto3 clients of one session run it once.
# Seen with @aws-sdk/client-sts 3.1177.0 and @aws-sdk/client-dynamodb 3.1169.0, and botocore
# 1.29.27 (Debian 12), on 2026-11-27: "JavaScript 3, boto3 1".
# Why it matters here: a program with thirty clients starts thirty helpers at once, and again
# at the end of the session. Without a lock that is thirty questions. awsbroker asks once and
# answers the others with that session.
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
npm install --silent --no-audit --no-fund @aws-sdk/client-sts@3.1177.0 @aws-sdk/client-dynamodb@3.1169.0 >/dev/null 2>&1
cat >process <<'SH'
#!/bin/sh
echo run >>"$HOME/runs"
echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"2099-01-01T00:00:00Z"}'
SH
chmod +x process
cat >who.mjs <<'JS'
import { STSClient } from "@aws-sdk/client-sts";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
const clients = [new STSClient({}), new STSClient({}), new DynamoDBClient({})];
for (const client of clients) for (const twice of [1, 2]) await client.config.credentials();
JS
cat >who.py <<'PY'
import botocore.session
session = botocore.session.Session()
for service in "sts", "sts", "dynamodb":
    session.create_client(service)._request_signer._credentials.get_frozen_credentials()
PY
export HOME=$dir AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 AWS_PROFILE=p AWS_EC2_METADATA_DISABLED=true
mkdir .aws
printf '[profile p]\ncredential_process = %s/process\n' "$dir" >.aws/config
node who.mjs 2>/dev/null
js=$(wc -l <runs)
: >runs
PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py
seen="JavaScript $js, boto3 $(wc -l <runs)"
echo "$seen"
[ "$seen" = "JavaScript 3, boto3 1" ]
