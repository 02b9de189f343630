// Command dist packs what `make programs` has built, for every system there is in bin:
// archives, Linux packages, bills of materials, checksums, and the files of the channels
// that people install from. It is a module of its own, so that what it needs is no part
// of awsbroker. The same commit gives the same bytes.
//
//	bin/OS_ARCH/awsbroker  a program for each system
//	bin/files/usr          what `make install` puts beside it
//	dist                   what comes out
//
// It runs in its own directory.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
)

// The directories, of which all but the first are below it.
const (
	root   = "../.."
	built  = root + "/bin"
	staged = built + "/files/usr"
	out    = root + "/dist"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run() error {
	config, err := nfpm.ParseFile("package.yaml")
	if err != nil {
		return err
	}
	programs, err := findPrograms(built)
	if err != nil {
		return err
	}
	r, err := newRelease(programs)
	if err != nil {
		return err
	}
	var archives []asset
	for _, p := range programs {
		archive, err := pack(r, p, config)
		if err != nil {
			return fmt.Errorf("%s: %w", p.path, err)
		}
		archives = append(archives, archive)
	}
	if err := writeChannels(filepath.Join(out, "channels"), channelData{config.Info, r, archives}); err != nil {
		return err
	}
	return writeChecksums(out)
}

// pack makes all that there is for one system, and returns its archive.
func pack(r release, p program, config nfpm.Config) (asset, error) {
	if err := writeLicenses(p); err != nil {
		return asset{}, err
	}
	if err := writeBill(r, p); err != nil {
		return asset{}, err
	}
	if p.OS == "linux" {
		if err := writePackages(r, p, config); err != nil {
			return asset{}, err
		}
	}
	return writeArchive(r, p)
}
