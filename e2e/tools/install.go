package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// origin is where a tool comes from: a registry, the names there, the version.
type origin struct {
	registry string   // Debian, npm, Go
	names    []string // of packages; of the module and the program for Go
	version  string   // pinned, but of Debian's
	tags     string   // of the build in Go
}

func debian(packages ...string) origin           { return origin{"Debian", packages, "", ""} }
func npm(version string, names ...string) origin { return origin{"npm", names, version, ""} }
func golang(module, version, pkg string, tags ...string) origin {
	return origin{"Go", []string{module, pkg}, version, strings.Join(tags, ",")}
}

// cached is a path of what stays from one run to the next.
func cached(path string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir() // without a home directory
	}
	return filepath.Join(dir, "awsbroker-tools", path)
}

// path is the PATH on which the tool comes first.
func (o origin) path() string {
	path := cached("npm/node_modules/.bin") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
	if o.registry == "Go" {
		path = filepath.Dir(o.program()) + ":" + path
	}
	return path
}

// installAll installs what is missing and can be installed, and says what cannot.
func installAll(some []*tool) error {
	var packages, modules []string
	var programs []*tool
	for _, x := range some {
		if x.from.installed() != "" {
			continue
		}
		switch x.from.registry {
		case "Debian":
			packages = append(packages, x.from.names...)
		case "npm":
			for _, name := range x.from.names {
				modules = append(modules, name+"@"+x.from.version)
			}
		case "Go":
			programs = append(programs, x)
		}
	}
	if len(packages) > 0 {
		if err := command("apt-get", "update", "-qq"); err != nil { // an empty machine has no lists
			return err
		}
		if err := command(append([]string{"apt-get", "install", "-y", "-qq", "--no-install-recommends"}, packages...)...); err != nil {
			return err
		}
	}
	if len(modules) > 0 {
		if err := command(append([]string{"npm", "install", "--prefix", cached("npm"), "--no-audit", "--no-fund", "--loglevel=error"}, modules...)...); err != nil {
			return err
		}
	}
	return buildAll(programs)
}

func command(argv ...string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv[:2], " "), err, out)
	}
	return nil
}

// installed is the version that is on this machine; "" for none.
func (o origin) installed() string {
	switch o.registry {
	case "Debian":
		out, _ := exec.Command("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}\n", o.names[0]).Output()
		version, is := strings.CutPrefix(strings.TrimSpace(string(out)), "installed ")
		if !is {
			return ""
		}
		if _, after, epoch := strings.Cut(version, ":"); epoch {
			version = after
		}
		version, _, _ = strings.Cut(version, "-")
		version, _, _ = strings.Cut(version, "+")
		return version
	case "npm":
		text, _ := os.ReadFile(cached("npm/node_modules/" + o.names[0] + "/package.json"))
		if strings.Contains(string(text), `"version": "`+o.version+`"`) {
			return o.version
		}
		return ""
	}
	if _, err := os.Stat(o.program()); err != nil {
		return ""
	}
	return o.version
}
