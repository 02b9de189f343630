package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// licenseFile has the terms of all that is linked into a program. Most of them ask
// whoever passes the program on to pass them on as well.
const licenseFile = "THIRD-PARTY-LICENSES"

// writeLicenses puts that file beside the program: each text once, below the names of
// the modules that it is of.
func writeLicenses(p program) error {
	modules := map[string][]string{} // by text
	note := func(name, dir string) error {
		text, err := readTerms(dir)
		if err == nil {
			modules[text] = append(modules[text], name)
		}
		return err
	}
	if err := note("Go "+strings.TrimPrefix(p.info.GoVersion, "go"), runtime.GOROOT()); err != nil {
		return err
	}
	dirs, err := moduleDirs(p)
	if err != nil {
		return err
	}
	for i, dep := range p.info.Deps {
		if err := note(dep.Path+" "+dep.Version, dirs[i]); err != nil {
			return err
		}
	}
	var parts []string
	for text, names := range modules {
		parts = append(parts, strings.Join(names, "\n")+"\n\n"+text)
	}
	slices.Sort(parts)
	all := strings.Join(parts, "\n"+strings.Repeat("=", 80)+"\n\n")
	return os.WriteFile(filepath.Join(filepath.Dir(p.path), licenseFile), []byte(all), 0o644)
}

var terms = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

// readTerms returns the texts at the top of a module, of which there has to be one.
func readTerms(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var all []byte
	for _, e := range entries {
		if !e.Type().IsRegular() || !terms.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		all = append(all, bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))...)
	}
	if all == nil {
		return "", fmt.Errorf("there are no terms in %s", dir)
	}
	return string(all), nil
}

// moduleDirs is where Go keeps the sources of the modules in a program, in their order.
func moduleDirs(p program) ([]string, error) {
	args := []string{"list", "-m", "-f", "{{.Dir}}"}
	for _, dep := range p.info.Deps {
		args = append(args, dep.Path)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	text, err := cmd.Output()
	dirs := strings.Split(strings.TrimSpace(string(text)), "\n")
	if err == nil && len(dirs) != len(p.info.Deps) {
		err = fmt.Errorf("%d directories for %d modules", len(dirs), len(p.info.Deps))
	}
	return dirs, err
}
