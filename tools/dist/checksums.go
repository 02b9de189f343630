package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// asset is an archive of a release.
type asset struct {
	OS, Arch, Name, SHA256 string
}

func newAsset(p program, path string) (asset, error) {
	sum, err := checksum(path)
	return asset{p.OS, p.Arch, filepath.Base(path), sum}, err
}

func checksum(path string) (string, error) {
	data, err := os.ReadFile(path)
	return fmt.Sprintf("%x", sha256.Sum256(data)), err
}

// writeChecksums makes SHA256SUMS of all files in a directory, as sha256sum -c reads it.
func writeChecksums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		sum, err := checksum(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s  %s\n", sum, e.Name())
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(lines.String()), 0o644)
}
