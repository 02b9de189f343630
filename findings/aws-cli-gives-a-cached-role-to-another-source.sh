#!/usr/bin/env bash
# A good guess: two profiles with the same role_arn and different source profiles get two
# sessions of the role, each asked for with the credentials of its own source profile.
# What happens: the AWS CLI keeps sessions of roles in ~/.aws/cli/cache under a name made of
# the request alone (role, device, length …), without who makes it. The second profile gets
# the session that the first one's source asked for, until it ends: its own source is not
# asked, and CloudTrail goes on naming the other one.
# Seen with the AWS CLI 2.9.19 of Debian 12 on 2026-11-27: one AssumeRole, "by SOURCEA", and
# both calls signed with ASIABYSOURCEA.
# Why it matters here: after a key is replaced or another user's is set up, a profile in
# AWS's layout (role_arn, source_profile) acts as the former user for up to an hour, or
# duration_seconds. awsbroker's sessions are stored by key and role, in no such file;
# doctor finds these files (session-in-clear).
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq awscli=2.9.19-1 python3-awscrt python3-colorama python3-cryptography python3-cffi-backend \
	python3-dateutil python3-distro python3-docutils python3-jmespath python3-prompt-toolkit python3-pyasn1 \
	python3-roman python3-ruamel.yaml python3-ruamel.yaml.clib python3-six python3-urllib3 python3-wcwidth >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
cat >sts.py <<'PY'
import http.server, re, time, urllib.parse
class STS(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        by = re.search(r"Credential=(\w+)", self.headers["authorization"]).group(1)
        print(form["Action"], "by", by, flush=True)
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        inner = {"AssumeRole": f"<AssumedRoleUser><AssumedRoleId>R:s</AssumedRoleId><Arn>a</Arn></AssumedRoleUser><Credentials>"
                 f"<AccessKeyId>ASIABY{by}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                 f"<Expiration>{end}</Expiration></Credentials>",
                 "GetCallerIdentity": "<Arn>a</Arn><UserId>u</UserId><Account>123456789012</Account>"}[form["Action"]]
        body = f"<{form['Action']}Response><{form['Action']}Result>{inner}</{form['Action']}Result></{form['Action']}Response>".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.HTTPServer(("127.0.0.1", 0), STS)
print(server.server_port, flush=True)
server.serve_forever()
PY
/usr/bin/python3 sts.py >log &
server=$!
until [ -s log ]; do sleep 0.1; done
port=$(head -1 log)
# This version has no setting for the address of STS; its models may say one.
mkdir -p .aws/models/sts/2011-06-15
cat >.aws/models/sts/2011-06-15/endpoint-rule-set-1.json <<JSON
{"version":"1.0","parameters":{"Region":{"type":"String","builtIn":"AWS::Region","required":false,"documentation":""},
"UseGlobalEndpoint":{"type":"Boolean","builtIn":"AWS::STS::UseGlobalEndpoint","required":true,"default":false,"documentation":""}},
"rules":[{"conditions":[],"type":"endpoint","endpoint":{"url":"http://127.0.0.1:$port","properties":{},"headers":{}}}]}
JSON
printf '#!/bin/sh\nprintf '\''{"Version":1,"AccessKeyId":"%%s","SecretAccessKey":"s","SessionToken":"t"}'\'' "$1"\n' >process
chmod +x process
for name in A B; do
	printf '[profile %s]\nrole_arn = arn:aws:iam::123456789012:role/admin\nsource_profile = source%s\n' $name $name
	printf '[profile source%s]\ncredential_process = %s/process SOURCE%s\n' $name "$dir" $name
done >.aws/config
for name in A B; do
	HOME=$dir AWS_REGION=eu-west-1 PYTHONPATH=root/usr/lib/python3/dist-packages \
		timeout 120 /usr/bin/python3 root/usr/bin/aws sts get-caller-identity --profile $name >/dev/null
done
sed 1d log
[ "$(sed 1d log)" = "AssumeRole by SOURCEA
GetCallerIdentity by ASIABYSOURCEA
GetCallerIdentity by ASIABYSOURCEA" ]
