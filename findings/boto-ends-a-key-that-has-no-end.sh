#!/usr/bin/env bash
# A good guess: AWS_CREDENTIAL_EXPIRATION belongs to a session. With an access key in the
# environment that has no session token, and so no end, boto3 does not look at it.
# What happens: boto3 takes the key for a session that has ended, reads the same variables
# again, and fails. Go v2 and JavaScript v3 sign with the key.
# Seen with botocore 1.29.27 (Debian 12), aws-sdk-go-v2/config 1.33.18 and
# @aws-sdk/credential-providers 3.1175.0 on 2026-11-27: "boto3: Credentials were refreshed,
# but the refreshed credentials are still expired.", "Go: LONGLIVED <nil>", "JavaScript:
# LONGLIVED".
# Why it matters here: export sets the variable. In a shell where it is left from an earlier
# session, a key that works is "expired" in the AWS CLI alone. doctor finds the variable
# (env-session-over), and exec clears it.
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
export HOME=$dir AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=LONGLIVED AWS_SECRET_ACCESS_KEY=s AWS_CREDENTIAL_EXPIRATION=2026-01-01T00:00:00Z
seen="boto3: $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 who.py)
Go: $(./golang)
JavaScript: $(node who.mjs 2>/dev/null)"
echo "$seen"
[ "$seen" = "boto3: Credentials were refreshed, but the refreshed credentials are still expired.
Go: LONGLIVED <nil>
JavaScript: LONGLIVED" ]
