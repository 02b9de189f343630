#!/usr/bin/env bash
# A good guess: TryRLock of gofrs/flock, on an object that holds the exclusive lock, changes
# nothing: who may write may read.
# What happens: it turns the exclusive lock into a shared one and says true. Others get the
# shared lock then, while Locked of the first object still says that it has the exclusive one.
# Seen with gofrs/flock 0.13.1 on Linux on 2026-11-27: "before: another one false", "after:
# another one true, Locked true, RLocked true".
# Why it matters here: a cache that takes the lock to renew a session, and calls a function
# that reads under a shared one, renews beside others from there on. awsbroker takes
# exclusive locks only.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
cat >go.mod <<'MOD'
module finding
go 1.26.0
require github.com/gofrs/flock v0.13.1
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/gofrs/flock"
)

func must(ok bool, err error) bool {
	if err != nil {
		panic(err)
	}
	return ok
}

func main() {
	first, another := flock.New(os.Args[1]), flock.New(os.Args[1])
	must(first.TryLock())
	fmt.Printf("before: another one %v\n", must(another.TryRLock()))
	must(first.TryRLock())
	fmt.Printf("after: another one %v, Locked %v, RLocked %v\n", must(another.TryRLock()), first.Locked(), first.RLocked())
}
GO
go mod tidy >/dev/null 2>&1
seen=$(go run . "$dir/lock")
echo "$seen"
[ "$seen" = "before: another one false
after: another one true, Locked true, RLocked true" ]
