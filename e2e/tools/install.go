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
}

func debian(packages ...string) origin           { return origin{"Debian", packages, ""} }
func npm(version string, names ...string) origin { return origin{"npm", names, version} }
func golang(module, version, pkg string) origin  { return origin{"Go", []string{module, pkg}, version} }

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
			if err := x.from.build(); err != nil {
				fmt.Fprintf(os.Stderr, "%s %s is not to be had here: %v\n", x.name, x.from.version, err)
			}
		}
	}
	if len(packages) > 0 {
		if err := command(append([]string{"apt-get", "install", "-y", "-qq", "--no-install-recommends"}, packages...)); err != nil {
			return err
		}
	}
	if len(modules) > 0 {
		return command(append([]string{"npm", "install", "--prefix", cached("npm"), "--no-audit", "--no-fund", "--loglevel=error"}, modules...))
	}
	return nil
}

func command(argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv[:2], " "), err, out)
	}
	return nil
}

// build compiles a program as a part of a module of its own, which needs no list of the
// module's versions, and leaves only the program.
func (o origin) build() error {
	dir, err := os.MkdirTemp("", "awsbroker-tools-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	text := fmt.Sprintf("module tools\n\ngo 1.26\n\nrequire %s %s\n", o.names[0], o.version)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600); err != nil {
		return err
	}
	cmd := exec.Command("nice", "-n", "19", "go", "build", "-mod=mod", "-p", "1", "-ldflags", "-s -w", "-o", o.program(), o.names[1])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-modcacherw", "GOMODCACHE="+dir+"/modules", "GOCACHE="+dir+"/cache")
	if out, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return nil
}

// program is the file of a program in Go. A newer version is another file.
func (o origin) program() string {
	name := filepath.Base(o.names[1])
	if name[0] == 'v' && len(name) == 2 {
		name = filepath.Base(filepath.Dir(o.names[1]))
	}
	return cached("go/" + o.version + "/" + name)
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
