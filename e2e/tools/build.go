package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildAll compiles programs in Go, and says which cannot be had here. All of them share the
// modules that they need, which nobody needs afterwards.
func buildAll(programs []*tool) error {
	dir, err := os.MkdirTemp("", "awsbroker-tools-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, x := range programs {
		if err := x.from.build(dir); err != nil {
			fmt.Fprintf(os.Stderr, "%s %s is not to be had here: %v\n", x.name, x.from.version, err)
			continue
		}
		fmt.Fprintln(os.Stderr, x.name, x.from.version, "is built")
	}
	return nil
}

// build compiles a program as a part of a module of its own, which needs no list of the
// module's versions.
func (o origin) build(dir string) error {
	work, err := os.MkdirTemp(dir, "work-")
	if err != nil {
		return err
	}
	text, err := o.goMod(dir)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, "go.mod"), []byte(text), 0o600); err != nil {
		return err
	}
	_, err = o.golang(dir, work, "build", "-mod=mod", "-p", "1", "-tags", o.tags, "-ldflags", "-s -w", "-o", o.program(), o.names[1])
	return err
}

// goMod is that module's file. It has the replacements of the program's own module, which
// Go heeds in the file of the main module only.
func (o origin) goMod(dir string) (string, error) {
	out, err := o.golang(dir, dir, "mod", "download", "-json", o.names[0]+"@"+o.version)
	var module struct{ GoMod, Error string }
	if json.Unmarshal(out, &module) == nil && module.Error != "" {
		return "", errors.New(module.Error)
	}
	if err != nil {
		return "", err
	}
	if out, err = o.golang(dir, dir, "mod", "edit", "-json", module.GoMod); err != nil {
		return "", err
	}
	var file struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(out, &file); err != nil {
		return "", err
	}
	text := fmt.Sprintf("module tools\n\ngo 1.26\n\nrequire %s %s\n", o.names[0], o.version)
	for _, r := range file.Replace {
		if r.New.Version != "" { // not a directory
			text += fmt.Sprintln("replace", r.Old.Path, r.Old.Version, "=>", r.New.Path, r.New.Version)
		}
	}
	return text, nil
}

// golang runs the go command, and returns what it printed. If that fails, a second try fetches
// the module from where it is developed, and not from the proxy, and compiles C, too.
func (o origin) golang(dir, work string, args ...string) ([]byte, error) {
	run := func(more ...string) ([]byte, error) {
		cmd := exec.Command("nice", append([]string{"-n", "19", "go"}, args...)...)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-modcacherw", "GOMODCACHE="+dir+"/modules")
		cmd.Env = append(cmd.Env, more...)
		out, err := cmd.Output()
		if failed, is := errors.AsType[*exec.ExitError](err); is {
			lines := strings.Split(strings.TrimSpace(string(append(out, failed.Stderr...))), "\n")
			err = fmt.Errorf("%w: %s", err, lines[len(lines)-1])
		}
		return out, err
	}
	if out, err := run(); err == nil {
		return out, nil
	}
	return run("GOPRIVATE="+o.names[0], "CGO_ENABLED=1")
}

// program is the file of a program in Go. A newer version is another file.
func (o origin) program() string {
	name := filepath.Base(o.names[1])
	if name[0] == 'v' && len(name) == 2 {
		name = filepath.Base(filepath.Dir(o.names[1]))
	}
	return cached("go/" + o.version + "/" + name)
}
