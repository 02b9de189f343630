#!/bin/sh
# Installs awsbroker, which lies beside this file, and writes a profile that gets its
# sessions from the server on the host. Options are variables in capitals.
set -e
cd "$(dirname "$0")"
install -D -m 755 awsbroker /usr/local/bin/awsbroker
mkdir -p /etc/awsbroker
cat >/etc/awsbroker/config <<EOF
[default]
region = ${REGION:-us-east-1}
credential_process = /usr/local/bin/awsbroker credential-process --socket ${SOCKET:-/run/awsbroker/aws}
EOF
