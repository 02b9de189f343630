package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// documents are beside the program in every archive and package.
var documents = []string{"README.md", "CHANGELOG.md", "LICENSE"}

// layout is what a program needs, by its place below PREFIX: what `make install` puts
// there, with the system's own program, and documents.
func layout(p program) (map[string]string, error) {
	places := map[string]string{
		"bin/awsbroker":                      p.path,
		"share/doc/awsbroker/" + licenseFile: filepath.Join(filepath.Dir(p.path), licenseFile),
	}
	for _, name := range documents {
		places["share/doc/awsbroker/"+name] = filepath.Join(root, name)
	}
	err := filepath.WalkDir(staged, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if place, _ := filepath.Rel(staged, path); places[filepath.ToSlash(place)] == "" {
			places[filepath.ToSlash(place)] = path
		}
		return nil
	})
	return places, err
}

// mode is that of a file at a place.
func mode(place string) fs.FileMode {
	if strings.HasPrefix(place, "bin/") || strings.HasSuffix(place, ".exe") {
		return 0o755
	}
	return 0o644
}

// writeArchive makes a zip for Windows, which has no directories for what is beside a
// program, and a tar.gz for others, whose bin and share fit below any PREFIX.
func writeArchive(r release, p program) (asset, error) {
	places, err := layout(p)
	if err != nil {
		return asset{}, err
	}
	name := r.name(p)
	write, end := writeTar, ".tar.gz"
	if p.OS == "windows" {
		flat := map[string]string{"awsbroker.exe": p.path, "awsbroker.ps1": filepath.Join(built, "files", "awsbroker.ps1")}
		for place, source := range places {
			if path.Dir(place) == "share/doc/awsbroker" {
				flat[path.Base(place)] = source
			}
		}
		places, write, end = flat, writeZip, ".zip"
	}
	f, err := os.Create(filepath.Join(out, name+end))
	if err != nil {
		return asset{}, err
	}
	defer f.Close()
	if err := write(f, name, places, r); err != nil {
		return asset{}, err
	}
	return newAsset(p, f.Name())
}

func writeTar(w io.Writer, top string, places map[string]string, r release) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, place := range slices.Sorted(maps.Keys(places)) {
		data, err := os.ReadFile(places[place])
		if err != nil {
			return err
		}
		header := &tar.Header{Name: top + "/" + place, Mode: int64(mode(place)), Size: int64(len(data)), ModTime: r.Time, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(data); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func writeZip(w io.Writer, _ string, places map[string]string, r release) error {
	archive := zip.NewWriter(w)
	for _, place := range slices.Sorted(maps.Keys(places)) {
		data, err := os.ReadFile(places[place])
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: place, Method: zip.Deflate, Modified: r.Time}
		header.SetMode(mode(place))
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(data); err != nil {
			return err
		}
	}
	return archive.Close()
}
