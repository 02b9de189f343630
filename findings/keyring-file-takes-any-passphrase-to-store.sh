#!/usr/bin/env bash
# A good guess: the encrypted file of 99designs/keyring has one passphrase. Set with another
# one is refused, as Get is.
# What happens: each item is sealed for itself, and Set opens nothing. A mistyped passphrase
# is taken; the new item cannot be read with the right one, and an item that is replaced so
# is lost to it. Keys lists both.
# Seen with keyring 1.2.2 on 2026-11-27: "Get with another: aes.KeyUnwrap(): integrity check
# failed.", "Set with another: <nil>", "Get with the first: aes.KeyUnwrap(): integrity check
# failed.".
# Why it matters here: an access key that is stored under a typing mistake is found out when
# its secret can be had nowhere else. awsbroker opens an item of its own with the passphrase
# before it stores with it, and asks twice for a new one.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
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
	"fmt"
	"os"

	"github.com/99designs/keyring"
)

func open(passphrase string) keyring.Keyring {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.FileBackend}, FileDir: os.Args[1], FilePasswordFunc: keyring.FixedStringPrompt(passphrase),
	})
	if err != nil {
		panic(err)
	}
	return ring
}

func main() {
	if err := open("first").Set(keyring.Item{Key: "key", Data: []byte("old")}); err != nil {
		panic(err)
	}
	_, err := open("another").Get("key")
	fmt.Println("Get with another:", err)
	fmt.Println("Set with another:", open("another").Set(keyring.Item{Key: "key", Data: []byte("new")}))
	_, err = open("first").Get("key")
	fmt.Println("Get with the first:", err)
}
GO
go mod tidy >/dev/null 2>&1
seen=$(go run . "$dir/ring")
echo "$seen"
[ "$seen" = "Get with another: aes.KeyUnwrap(): integrity check failed.
Set with another: <nil>
Get with the first: aes.KeyUnwrap(): integrity check failed." ]
