#!/usr/bin/env bash
# A good guess: Git passes over what a credential helper printed before it failed, and asks
# the next one, as AWS's SDKs use nothing of a credential_process that failed.
# What happens: Git reads the output and does not look at the exit status. A user name and
# a password are used as they are. A user name alone stays, so that the person is asked for
# the password of a user that the failed helper named.
# Seen with Git 2.39.5 of Debian 12 on 2026-11-27: "fromfailed first", and
# "could not read Password for 'https://halfuser@git.example'".
# Why it matters here: awsbroker is a helper (git-credential), which signs after a question
# that a person may refuse. It prints nothing until it has the whole answer.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq git=1:2.39.5-0+deb12u3 >/dev/null 2>&1
dpkg-deb -x git_*.deb root
export HOME=$dir GIT_EXEC_PATH=$dir/root/usr/lib/git-core GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1
git() { "$dir/root/usr/bin/git" "$@"; }
unset GIT_ASKPASS SSH_ASKPASS
printf '#!/bin/sh\necho username=fromfailed; echo password=first; exit 1\n' >failed
printf '#!/bin/sh\necho username=fromnext; echo password=second\n' >next
printf '#!/bin/sh\necho username=halfuser; exit 1\n' >half
chmod +x failed next half
question='protocol=https\nhost=git.example\n\n'
whole=$(printf "$question" | git -c credential.helper="$dir/failed" -c credential.helper="$dir/next" credential fill |
	sed -n 's/^username=\|^password=//p' | xargs)
half=$(printf "$question" | git -c credential.helper="$dir/half" credential fill 2>&1 || true)
echo "$whole"
echo "$half"
[ "$whole" = "fromfailed first" ]
grep -q "Password for 'https://halfuser@git.example'" <<<"$half"
