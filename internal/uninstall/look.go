package uninstall

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// leaving is one run.
type leaving struct {
	run    *broker.Broker
	o      Options
	plan   Plan
	record keystore.Record
	files  *config.Config
	store  *keystore.Store // nil where there is nothing in a keychain
	asker  *broker.Asker

	configEdit, gitEdit config.FileEdit
}

// look finds all that there is. It asks nobody.
func (l *leaving) look(ctx context.Context) (err error) {
	if l.files, err = l.run.ReadConfig(); err != nil {
		return err
	}
	if l.record, err = keystore.ReadRecord(l.run.Paths.KeystoreFile()); err != nil {
		return failure.OfRecord(err)
	}
	view, err := keychain.ViewKeystores(ctx, l.run)
	if err != nil {
		return err
	}
	if len(view.Lost) > 0 {
		name := say.ShellWord(view.Lost[0])
		return failure.New(failure.Other, "the keychain has a key %q, but awsbroker has no record of it", view.Lost[0]).
			Hint("add it first with: awsbroker add %s", name).
			Hint("or remove it with: awsbroker remove %s", name)
	}
	l.asker = l.run.NewAsker(nil)
	if len(l.record.Keys)+len(l.record.Seeds) > 0 {
		if l.store, err = l.run.OpenKeychain(ctx, l.asker); err == nil {
			err = l.store.Reach(ctx)
		}
		if err != nil {
			return failure.OfKeystore(err, "")
		}
		l.plan.Keychain = l.store.Kind().Words()
	}
	for _, name := range l.record.Names() {
		lost := errors.Is(l.store.Has(ctx, name), keystore.ErrNotFound) // as where a run was killed while it removed the key
		l.plan.Keys = append(l.plan.Keys, Key{Name: name, ID: l.record.Keys[name].AccessKeyID, Lost: lost})
	}
	l.plan.Devices = slices.Clone(l.record.Seeds)
	l.plan.Bootstraps = notes.BootstrapAccounts(l.run.Paths.State)
	if err := l.planGit(ctx); err != nil {
		return err
	}
	return l.lookForFiles()
}

// lookForFiles finds the directories of awsbroker's own, and what mentions it at home.
func (l *leaving) lookForFiles() error {
	p := l.run.Paths
	for _, dir := range slices.Concat([]string{p.Cache, p.Data}, session.Dirs(p.Cache), []string{p.State}) {
		listed := slices.ContainsFunc(l.plan.Files, func(other string) bool { return dir == other || filepath.Dir(dir) == other })
		if _, err := os.Lstat(dir); dir == "" || errors.Is(err, fs.ErrNotExist) || listed {
			continue
		}
		if err := paths.CheckWay(dir); err != nil {
			return failure.New(failure.Other, "%w", err)
		}
		l.plan.Files = append(l.plan.Files, dir)
	}
	if _, err := os.Stat(p.LogFile()); err == nil {
		l.plan.Log = p.LogFile()
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil // nothing is kept there, then
	}
	for _, name := range []string{".config/fish/completions/awsbroker.fish", ".zfunc/_awsbroker", ".local/share/bash-completion/completions/awsbroker",
		".local/share/zsh/site-functions/_awsbroker", ".local/share/fish/vendor_completions.d/awsbroker.fish"} {
		path := filepath.Join(home, filepath.FromSlash(name))
		if info, err := os.Lstat(path); err == nil && !info.IsDir() {
			l.plan.Files = append(l.plan.Files, path)
		}
	}
	for _, name := range []string{".bashrc", ".bash_profile", ".profile", ".zshrc", ".zprofile", ".config/fish/config.fish", ".config/starship.toml", ".gitconfig", ".config/git/config"} {
		path := filepath.Join(home, filepath.FromSlash(name))
		text, _ := os.ReadFile(path) // most are not there
		if path == l.gitEdit.Path {
			text = l.gitEdit.After
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			if number++; strings.Contains(line, "awsbroker") {
				l.plan.Mentions = append(l.plan.Mentions, say.Sprintf("%s:%d", path, number))
			}
		}
	}
	return nil
}
