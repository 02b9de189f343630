package gitconfig

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/programs"
)

// Leave returns the file with Git's settings of all repositories as it is without
// awsbroker's helpers. Helpers of others stay. Nothing changes where there is no file, or
// no Git.
func Leave(ctx context.Context) (edit config.FileEdit, err error) {
	git, err := programs.Find("git")
	if err != nil {
		return config.FileEdit{}, nil
	}
	e := editor{ctx: ctx, git: git}
	if e.File, err = e.file(); err != nil {
		return config.FileEdit{}, nil // without a home there is none
	}
	edit.Path = e.File
	if edit.Before, err = os.ReadFile(e.File); errors.Is(err, fs.ErrNotExist) {
		return config.FileEdit{}, nil
	} else if err != nil {
		return edit, failure.New(failure.Other, "%w", err)
	}
	edit.After, err = e.change(edit.Before, e.leave)
	return edit, err
}

// leave takes awsbroker's helpers out of all sections of the file at path.
func (e editor) leave(path string) error {
	text, err := e.run("config", "--file", path, "--name-only", "--get-regexp", `^credential\..*\.helper$`)
	if err != nil {
		return err
	}
	names := strings.Fields(text) // a URL has no spaces
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if err := e.leaveSection(path, strings.TrimSuffix(name, ".helper")); err != nil {
			return err
		}
	}
	return nil
}

// leaveSection takes our helpers out of one section, with the empty one that [Run] wrote
// in front of them, and useHttpPath where no helper is left that may need it.
func (e editor) leaveSection(path, section string) error {
	text, err := e.run("config", "--file", path, "--get-all", section+".helper")
	if err != nil {
		return err
	}
	before := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if !slices.ContainsFunc(before, isOurs) {
		return nil
	}
	if _, err := e.run("config", "--file", path, "--unset-all", section+".helper"); err != nil {
		return err
	}
	left := slices.DeleteFunc(before, func(h string) bool { return h == "" || isOurs(h) })
	for _, helper := range left {
		if _, err := e.run("config", "--file", path, "--add", section+".helper", helper); err != nil {
			return err
		}
	}
	if len(left) == 0 {
		_, err = e.run("config", "--file", path, "--unset-all", section+".useHttpPath")
	}
	return err
}
