#!/usr/bin/env bash
# A good guess: aws configure list shows what is in the files and the environment, as
# aws configure get and list-profiles do; a credential_process is shown as its line.
# What happens: it runs the process, and shows the last four characters of the key and of the
# secret that came back.
# Seen with the AWS CLI 2.9.19 of Debian 12 on 2026-11-27: "list: runs 1, get: runs 0,
# list-profiles: runs 0", and "****************CESS   custom-process".
# Why it matters here: a person who only wants to see the profile in force is asked for a code,
# and the log of awsbroker has a session more. awsbroker explain shows it without a question.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq awscli=2.9.19-1 python3-awscrt python3-colorama python3-cryptography python3-cffi-backend \
	python3-dateutil python3-distro python3-docutils python3-jmespath python3-prompt-toolkit python3-pyasn1 \
	python3-roman python3-ruamel.yaml python3-ruamel.yaml.clib python3-six python3-urllib3 python3-wcwidth >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
cat >process <<'SH'
#!/bin/sh
echo run >>"$HOME/runs"
echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"secret","SessionToken":"t"}'
SH
chmod +x process
export HOME=$dir PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
mkdir .aws
printf '[profile p]\nregion = eu-west-1\ncredential_process = %s/process\n' "$dir" >.aws/config
runs() {
	: >runs
	timeout 120 /usr/bin/python3 root/usr/bin/aws configure "$@" --profile p >shown
	wc -l <runs
}
seen="get: runs $(runs get region), list-profiles: runs $(runs list-profiles), list: runs $(runs list)"
echo "$seen"
cat shown
[ "$seen" = "get: runs 0, list-profiles: runs 0, list: runs 1" ]
grep -q '\*CESS *custom-process' shown
