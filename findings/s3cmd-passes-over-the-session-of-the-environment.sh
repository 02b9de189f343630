#!/usr/bin/env bash
# A good guess: s3cmd takes a session of the environment whole, before its own ~/.s3cfg, as
# AWS's tools put the environment before their files.
# What happens: with keys in ~/.s3cfg the environment is not looked at. Without them, the id
# comes from AWS_ACCESS_KEY if that is set, secret and token from the usual three: a mixture.
# Seen with s3cmd 2.3.0 of Debian 12 on 2026-11-27: "file: CFGKEY none", "environment: ASIAENV
# token", "old variable: OLD token".
# Why it matters here: awsbroker exec -- s3cmd goes on with the long-lived key, and succeeds.
# s3cmd --configure asks for keys and writes them there. exec clears AWS_ACCESS_KEY;
# docs/from-credentials-file.md says to take the keys out of ~/.s3cfg.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq s3cmd=2.3.0-1 python3-dateutil python3-six python3-magic >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
cat >s3.py <<'PY'
import http.server, re
class S3(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        key = re.search(r"Credential=(\w+)", self.headers["authorization"]).group(1)
        print(key, self.headers.get("x-amz-security-token", "none"), flush=True)
        body = b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.HTTPServer(("127.0.0.1", 0), S3)
print(server.server_port, flush=True)
server.serve_forever()
PY
/usr/bin/python3 s3.py >log &
server=$!
until [ -s log ]; do sleep 0.1; done
export HOME=$dir PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
printf '[default]\nhost_base = 127.0.0.1:%s\nhost_bucket = 127.0.0.1\nuse_https = False\n' "$(head -1 log)" >plain
{ cat plain; printf 'access_key = CFGKEY\nsecret_key = s\n'; } >keys
list() { timeout 60 /usr/bin/python3 root/usr/bin/s3cmd -c "$1" ls; }
export AWS_ACCESS_KEY_ID=ASIAENV AWS_SECRET_ACCESS_KEY=s AWS_SESSION_TOKEN=token
list keys
list plain
AWS_ACCESS_KEY=OLD list plain
seen="file: $(sed -n 2p log)
environment: $(sed -n 3p log)
old variable: $(sed -n 4p log)"
echo "$seen"
[ "$seen" = "file: CFGKEY none
environment: ASIAENV token
old variable: OLD token" ]
