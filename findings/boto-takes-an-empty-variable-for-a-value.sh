#!/usr/bin/env bash
# A good guess: AWS_PROFILE= and AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=, set and empty, are
# as if they were not set, as it is with AWS_ACCESS_KEY_ID=.
# What happens: boto3 looks for a profile whose name is empty, and fails; and it takes the
# empty address for the one of a container, and asks there. Go v2 and JavaScript v3 take both
# for unset.
# Seen with botocore 1.29.27 (Debian 12), aws-sdk-go-v2/config 1.33.18 and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27: "boto3: The config profile () could not
# be found", "Go: PROCESS <nil>", "JavaScript: PROCESS"; with the other variable boto3 has
# chosen the provider "container-role".
# Why it matters here: "AWS_PROFILE= command", env files and compose files leave such
# variables, and then the AWS CLI alone fails. exec takes them out; doctor finds an empty
# AWS_PROFILE (env-profile-missing).
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
cat >process <<'SH'
#!/bin/sh
echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s","SessionToken":"t"}'
SH
chmod +x process
export HOME=$dir AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
mkdir .aws
printf '[default]\ncredential_process = %s/process\n' "$dir" >.aws/config
boto() { PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 "$@"; }
seen="boto3: $(AWS_PROFILE='' boto who.py)
Go: $(AWS_PROFILE='' ./golang)
JavaScript: $(AWS_PROFILE='' node who.mjs 2>/dev/null)"
echo "$seen"
cat >container.py <<'PY'
import botocore.credentials
class Asked:
    def full_url(self, path): return "http://127.0.0.1" + path
    def retrieve_full_uri(self, url, headers=None): return {"AccessKeyId": "asked " + url, "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}
found = botocore.credentials.ContainerProvider(fetcher=Asked()).load()
print(found and found.method, found and found.access_key)
PY
container=$(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI='' boto container.py)
echo "$container"
[ "$seen" = "boto3: The config profile () could not be found
Go: PROCESS <nil>
JavaScript: PROCESS" ]
[ "$container" = "container-role asked http://127.0.0.1" ]
[ "$(boto container.py)" = "None None" ]
