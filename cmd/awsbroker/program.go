package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/pattern"
	"github.com/awsbroker/awsbroker/internal/programs"
)

// plainPath matches paths that need no quotes in any AWS tool, with or without a shell
// (contract.md R12).
var plainPath = pattern.Of(`^[A-Za-z0-9_./:\\@+,=-]+$`)

// passing matches places that a program does not stay in: Go's build cache, and
// directories named after a version, which the next upgrade removes.
var passing = pattern.Of(`/go-build|\\go-build|/Cellar/|/nix/store/|[/\\]v?[0-9]+\.[0-9]+(\.[0-9]+)?[/\\]`)

// program returns how callers should start awsbroker: the absolute path under
// which it was found, links kept, since a link (/opt/homebrew/bin) outlives
// what it points to. Where the path would need quotes, the bare name has to do.
func program() (string, error) {
	var candidates []string
	if strings.ContainsAny(os.Args[0], `/\`) {
		if abs, err := filepath.Abs(os.Args[0]); err == nil {
			candidates = append(candidates, abs)
		}
	}
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	found, err := programs.Find(name)
	if err == nil {
		if abs, err := filepath.Abs(found); err == nil {
			candidates = append(candidates, abs)
		}
	}
	for _, path := range candidates {
		if plainPath().MatchString(path) && !passing().MatchString(path) {
			return path, nil
		}
	}
	if found != "" && plainPath().MatchString(name) {
		return name, nil
	}
	return "", failure.New(failure.Other, "awsbroker is in a directory whose name cannot be written into a profile: %s", os.Args[0]).
		Hint("install it in a directory on PATH, such as /usr/local/bin, and run setup with that one")
}
