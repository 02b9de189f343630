#!/usr/bin/env bash
# A good guess: aws configure set --profile NAME writes into [profile NAME], whatever the name is.
# What happens: where the name is a piece of the word "plugins" (in, plug, p, s …), it appends a
# section [NAME] to ~/.aws/config, which no AWS tool reads, and exits 0. The profile stays as
# it was, aws configure get included.
# Seen with the AWS CLI 2.9.19 of Debian 12 on 2026-11-28: for "inn" the region is written and
# read, "eu-west-1"; for "in" the file ends with "[in]", and the region is still "eu-west-2".
# Why it matters here: a short name for India or for production is usual, and a script that
# sets the region or the credential_process of its profile is told that it is done. awsbroker
# setup writes into the profile itself.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq awscli=2.9.19-1 python3-awscrt python3-colorama python3-cryptography python3-cffi-backend \
	python3-dateutil python3-distro python3-docutils python3-jmespath python3-prompt-toolkit python3-pyasn1 \
	python3-roman python3-ruamel.yaml python3-ruamel.yaml.clib python3-six python3-urllib3 python3-wcwidth >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
export HOME=$dir PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
mkdir .aws
set_region() {
	printf '[profile %s]\nregion = eu-west-2\n' "$1" >.aws/config
	timeout 120 /usr/bin/python3 root/usr/bin/aws configure set region eu-west-1 --profile "$1"
	echo "$1: exit $?, $(timeout 120 /usr/bin/python3 root/usr/bin/aws configure get region --profile "$1"), sections $(grep -c '^\[' .aws/config), last $(grep '^\[' .aws/config | tail -1)"
}
seen=$(set_region inn; set_region in; set_region p)
echo "$seen"
[ "$seen" = "inn: exit 0, eu-west-1, sections 1, last [profile inn]
in: exit 0, eu-west-2, sections 2, last [in]
p: exit 0, eu-west-2, sections 2, last [p]" ]
