#!/usr/bin/env bash
# A good guess: aws configure import takes the two files that the AWS console offers: the one for
# a new user, and the one for a new access key of a user, "Access key ID,Secret access key".
# What happens: it refuses the second one, since it wants the name of the user in it, which that
# file does not have. With a column of that name it takes the same line.
# Seen with the AWS CLI 2.9.19 of Debian 12 on 2026-11-28: 'Expected header "User Name" not
# found', exit 255; with the column "phoebe: AKIAIOSFODNN7EXAMPLE".
# Why it matters here: people then copy the secret by hand, through the clipboard and the
# history of a shell. awsbroker add --csv takes both files.
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
aws() { timeout 120 /usr/bin/python3 root/usr/bin/aws "$@"; }
printf 'Access key ID,Secret access key\r\nAKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\r\n' >key.csv
printf 'User Name,Access key ID,Secret access key\r\nphoebe,AKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\r\n' >user.csv
said=$(aws configure import --csv "file://$dir/key.csv" 2>&1) || code=$?
aws configure import --csv "file://$dir/user.csv" >/dev/null
seen="exit ${code:-0}: $(tail -1 <<<"$said")
phoebe: $(aws configure get aws_access_key_id --profile phoebe)"
echo "$seen"
[ "$seen" = "exit 255: Expected header \"User Name\" not found
phoebe: AKIAIOSFODNN7EXAMPLE" ]
