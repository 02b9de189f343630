package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/apk"
	_ "github.com/goreleaser/nfpm/v2/arch"
	_ "github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm"
)

// formats are nfpm's names of packages, each with the end of its files' names.
var formats = map[string]string{"apk": ".apk", "archlinux": ".pkg.tar.zst", "deb": ".deb", "rpm": ".rpm"}

// writePackages makes a package in each format.
func writePackages(r release, p program, config nfpm.Config) error {
	for format, end := range formats {
		info, err := config.Get(format)
		if err != nil {
			return err
		}
		if err := fill(info, r, p); err != nil {
			return err
		}
		fit(info, format)
		nfpm.WithDefaults(info)
		if err := nfpm.PrepareForPackager(info, format); err != nil {
			return err
		}
		packager, err := nfpm.Get(format)
		if err != nil {
			return err
		}
		f, err := os.Create(filepath.Join(out, r.name(p)+end))
		if err != nil {
			return err
		}
		if err := packager.Package(info, f); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// fill adds what package.yaml does not know: version, system, time and files.
func fill(info *nfpm.Info, r release, p program) error {
	places, err := layout(p)
	if err != nil {
		return err
	}
	for place, source := range places {
		info.Contents = append(info.Contents, &files.Content{
			Source: source, Destination: "/usr/" + place,
			FileInfo: &files.ContentFileInfo{Mode: mode(place), MTime: r.Time},
		})
	}
	version, before, _ := strings.Cut(r.Version, "-")
	info.Version, info.Prerelease = version, strings.ReplaceAll(before, ".", "") // Alpine takes rc1, not rc.1
	info.Arch, info.MTime = strings.Replace(p.Arch, "armv", "arm", 1), r.Time
	return nil
}

// fit changes what a format, or nfpm's way of writing it, has no place for: descriptions
// of more than a line, and the -rc1 of a version in the package of Arch Linux.
func fit(info *nfpm.Info, format string) {
	summary, more, _ := strings.Cut(info.Description, "\n")
	switch format {
	case "apk":
		info.Description = summary
	case "archlinux":
		info.Description = summary
		info.Version, info.Prerelease, info.VersionSchema = info.Version+info.Prerelease, "", "none"
		info.ArchLinux.Packager = info.Maintainer
	case "rpm":
		info.RPM.Summary, info.Description = summary, more
	}
}
