#!/usr/bin/env bash
# A good guess: a key of the Linux kernel that has a timeout keeps it when its payload is
# replaced; the timeout belongs to the key, as do its id, its permissions and its owner.
# What happens: id, permissions and owner stay, and the timeout is gone. That goes for
# keyctl update and for keyctl add under a description that is there already.
# Seen with keyutils 1.6.3 of Debian 12 and Linux 6.18.44 on 2026-11-27: two seconds after
# its timeout of one, a key that was left alone says "Key has expired", and the two that
# were replaced say "new".
# Why it matters here: awsbroker has the kernel keep the key that seals its sessions, with
# an end. It sets the timeout again after each add_key.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq keyutils=1.6.3-2 libkeyutils1=1.6.3-2 >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
export HOME=$dir PATH="$dir/root/bin:$dir/root/usr/bin:$PATH" LD_LIBRARY_PATH=$dir/root/lib/x86_64-linux-gnu:$dir/root/usr/lib/x86_64-linux-gnu
cat >keys <<'SH'
for name in left updated added; do
	key=$(keyctl add user "finding:$name" old @s)
	keyctl timeout "$key" 1
	case $name in
	updated) keyctl update "$key" new ;;
	added) keyctl add user "finding:$name" new @s >same; [ "$(cat same)" = "$key" ] || echo "another id" ;;
	esac
	echo "$key" >"$name"
done
sleep 3
for name in left updated added; do keyctl print "$(cat $name)" 2>&1 || true; done
SH
seen=$(keyctl session - sh keys 2>/dev/null | xargs -d '\n')
echo "$seen"
[ "$seen" = "keyctl_read_alloc: Key has expired new new" ]
