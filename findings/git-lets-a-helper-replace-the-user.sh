#!/usr/bin/env bash
# A good guess: the user name in a remote's address (https://phoebe@host/…) is what Git asks a
# credential helper for, and an answer for another user is not used.
# What happens: Git takes the helper's user name in place of that in the address, and of that
# in credential.URL.username, without a word.
# Seen with Git 2.39.5 of Debian 12 on 2026-11-27: "username=other" for both.
# Why it matters here: two remotes that differ in the user alone get one identity from a helper
# that does not look at the user it is asked for. awsbroker git-credential looks: it answers
# with a session only where there is no user name, or that of a session.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq git=1:2.39.5-0+deb12u3 >/dev/null 2>&1
dpkg-deb -x git_*.deb root
export HOME=$dir GIT_EXEC_PATH=$dir/root/usr/lib/git-core GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1
unset GIT_ASKPASS SSH_ASKPASS
printf '#!/bin/sh\ncat >asked-$$\nmv asked-$$ asked\necho username=other; echo password=secret\n' >helper
chmod +x helper
fill() { root/usr/bin/git -c credential.helper="$dir/helper" "$@" credential fill | grep '^username='; }
url=$(printf 'url=https://phoebe@git.example/repository\n\n' | fill)
grep -q '^username=phoebe$' asked
setting=$(printf 'url=https://git.example/repository\n\n' | fill -c credential.https://git.example.username=phoebe)
grep -q '^username=phoebe$' asked
printf '%s\n' "$url" "$setting"
[ "$url" = "username=other" ]
[ "$setting" = "username=other" ]
