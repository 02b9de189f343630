#!/usr/bin/env bash
# A good guess: nfpm's package of 1.2.3-rc.1 for Arch Linux says 1.2.3rc.1 in its .PKGINFO,
# as its file name does and as the packages for Debian, Fedora and Alpine do in their ways.
# What happens: .PKGINFO says 1.2.3-1; the prerelease is lost unless there is an epoch.
# pacman then takes the release candidate for the release, and does not upgrade to it.
# Seen with nfpm 2.45.0 on 2026-11-27: "pkgver = 1.2.3-1".
# Why it matters here: tools/dist makes these packages; it puts the prerelease into the
# version itself, with the version schema "none".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding
go 1.26.0
MOD
cat >main.go <<'GO'
package main

import (
	"os"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/arch"
)

func main() {
	config, err := nfpm.Parse(strings.NewReader("name: a\nversion: 1.2.3-rc.1\narch: amd64\nmaintainer: a <a@example.com>\n"))
	if err != nil {
		panic(err)
	}
	info, err := config.Get("archlinux")
	if err != nil {
		panic(err)
	}
	packager, err := nfpm.Get("archlinux")
	if err != nil {
		panic(err)
	}
	if err := packager.Package(nfpm.WithDefaults(info), os.Stdout); err != nil {
		panic(err)
	}
}
GO
go get github.com/goreleaser/nfpm/v2@v2.45.0 >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go run . >a.pkg.tar.zst
version=$(tar -xOf a.pkg.tar.zst --zstd .PKGINFO | grep '^pkgver')
echo "$version"
[ "$version" = "pkgver = 1.2.3-1" ]
