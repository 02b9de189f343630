package main

import (
	"bytes"
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/goreleaser/nfpm/v2"
)

// channels are the files by which others install awsbroker, as templates under the
// names that they get.
//
//go:embed all:channels
var channels embed.FS

// channelData is what the templates are filled with.
type channelData struct {
	nfpm.Info
	Release  release
	Archives []asset
}

// Of returns the archives of some systems, named as OS or OS_ARCH.
func (d channelData) Of(systems ...string) []asset {
	var found []asset
	for _, system := range systems {
		for _, a := range d.Archives {
			if a.OS == system || a.OS+"_"+a.Arch == system {
				found = append(found, a)
			}
		}
	}
	return found
}

// URL is where the releases are, below which an archive has its own name.
func (d channelData) URL() string { return d.Homepage + "/releases/download/v" + d.Release.Version }

// Brew returns the archives that Homebrew has a place for, by its names of the systems.
func (d channelData) Brew() map[string][]asset {
	return map[string][]asset{
		"macos": d.Of("darwin_amd64", "darwin_arm64"),
		"linux": d.Of("linux_amd64", "linux_arm64"),
	}
}

// Machine is Arch Linux's name of an archive's architecture.
func (d channelData) Machine(a asset) string {
	return map[string]string{"amd64": "x86_64", "arm64": "aarch64", "armv7": "armv7h"}[a.Arch]
}

// Summary is the first line of the description.
func (d channelData) Summary() string {
	first, _, _ := strings.Cut(d.Description, "\n")
	return first
}

// writeChannels fills the templates into a directory. A channel for whose systems there
// is no archive has an empty file, which is left out.
func writeChannels(dir string, d channelData) error {
	return fs.WalkDir(channels, "channels", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		filled, err := fillChannel(path, d)
		if err != nil || len(bytes.TrimSpace(filled)) == 0 {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(path, "channels/")))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, filled, 0o644)
	})
}

func fillChannel(path string, d channelData) ([]byte, error) {
	t, err := template.New(filepath.Base(path)).Funcs(template.FuncMap{
		"upper": strings.ToUpper, "replace": strings.ReplaceAll,
	}).Option("missingkey=error").ParseFS(channels, path)
	if err != nil {
		return nil, err
	}
	var filled bytes.Buffer
	err = t.Execute(&filled, d)
	return filled.Bytes(), err
}
