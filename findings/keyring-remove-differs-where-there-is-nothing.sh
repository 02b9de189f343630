#!/usr/bin/env bash
# A good guess: Remove of 99designs/keyring returns ErrKeyNotFound for an item that is not
# there, whatever the keychain, as Get does.
# What happens: pass returns ErrKeyNotFound, the encrypted file an error of the operating
# system that is not ErrKeyNotFound, and the Secret Service no error at all. Get is the same
# in all three.
# Seen with keyring 1.2.2, GNOME Keyring 42.1 and pass 1.7.4 of Debian 12 on 2026-11-27:
# "file: Get true, Remove false remove …: no such file or directory", "pass: Get true, Remove
# true", "secret-service: Get true, Remove false <nil>".
# Why it matters here: a program that deletes a key, is killed, and runs again sees "there was
# none" as success, as failure or as a broken disk. awsbroker's own layer answers alike for all
# keychains ("not found" in docs/keychains.md, which is tried on each).
set -euo pipefail
dir=$(mktemp -d)
trap 'gpgconf --kill all 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
cat >go.mod <<'MOD'
module finding
go 1.26.0
require github.com/99designs/keyring v1.2.2
MOD
cat >main.go <<'GO'
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/99designs/keyring"
)

func main() {
	home := os.Getenv("HOME")
	for _, kind := range []keyring.BackendType{keyring.FileBackend, keyring.PassBackend, keyring.SecretServiceBackend} {
		ring, err := keyring.Open(keyring.Config{
			AllowedBackends: []keyring.BackendType{kind}, ServiceName: "finding", LibSecretCollectionName: "login",
			FileDir: home + "/file", FilePasswordFunc: keyring.FixedStringPrompt("p"), PassDir: home + "/.password-store",
		})
		if err != nil {
			panic(err)
		}
		if err := ring.Set(keyring.Item{Key: "there", Data: []byte("x")}); err != nil {
			panic(err)
		}
		_, get := ring.Get("none")
		remove := ring.Remove("none")
		fmt.Printf("%s: Get %v, Remove %v %v\n", kind, errors.Is(get, keyring.ErrKeyNotFound), errors.Is(remove, keyring.ErrKeyNotFound), remove)
	}
}
GO
go mod tidy >/dev/null 2>&1
go build -o golang .
apt-get download -qq gnome-keyring=42.1-1+b2 pass=1.7.4-6 >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
export HOME=$dir GNUPGHOME=$dir/.gnupg PATH="$dir/root/usr/bin:$PATH" XDG_RUNTIME_DIR=$dir XDG_DATA_HOME=$dir/data
mkdir -m 700 .gnupg
gpg --batch --quiet --passphrase '' --quick-gen-key finding@example.com >/dev/null 2>&1
pass init finding@example.com >/dev/null
seen=$(timeout 60 dbus-run-session -- sh -c 'printf p | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ./golang' 2>/dev/null)
echo "$seen"
[ "$(sed 's/remove .*:/remove …:/' <<<"$seen")" = "file: Get true, Remove false remove …: no such file or directory
pass: Get true, Remove true The specified item could not be found in the keyring
secret-service: Get true, Remove false <nil>" ]
