// Package gitconfig has Git ask awsbroker for passwords of CodeCommit: it writes sections
// into a config file of Git's, which Git itself edits in a copy.
package gitconfig

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/dotfile"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/programs"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Options say what is written, and where.
type Options struct {
	Program      string   // awsbroker, as Git runs it
	Profile      string   // whose session signs
	Key          string   // of the keychain, whose Git password is used instead
	Repositories []string // patterns of repositories that this is for; empty: all
	File         string   // of Git's settings; empty: the one of all repositories
}

// Run writes the sections after showing them. It reports whether anything had to be
// changed, and in which file.
func Run(ctx context.Context, b *broker.Broker, o Options) (file string, changed bool, err error) {
	partition, err := partitionOf(b, o)
	if err != nil {
		return "", false, err
	}
	for _, pattern := range o.Repositories {
		if _, err := filepath.Match(pattern, ""); err != nil || pattern == "" {
			return "", false, failure.New(failure.Usage, "%q is not a pattern for names of repositories", pattern).Hint("use * for any letters: --repository 'team-*'")
		}
	}
	git, err := programs.Find("git")
	if err != nil {
		return "", false, failure.New(failure.Other, "git was not found: %w", err).Hint("install Git, then run it again")
	}
	e := editor{ctx, git, o}
	if file, err = e.file(); err != nil {
		return "", false, err
	}
	e.File = file
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return file, false, failure.New(failure.Other, "%w", err)
	}
	after, err := e.change(before, func(path string) error {
		for _, url := range urls(partition) {
			if err := e.editSection(path, "credential."+url); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return file, false, err
	}
	diff := config.Diff(file, before, after)
	if diff == "" {
		return file, false, nil
	}
	if err := b.Confirm(ctx, strings.TrimRight(diff, "\n"), "Write this?"); err != nil {
		return file, false, err
	}
	if err := dotfile.Write(file, before, after); err != nil {
		return file, false, failure.New(failure.Other, "%w", err)
	}
	return file, true, nil
}

// partitionOf returns the partition whose hosts are meant: the profile's, or that of the
// user of the key.
func partitionOf(b *broker.Broker, o Options) (string, error) {
	if o.Key == "" {
		t, err := b.Target(o.Profile)
		if err != nil {
			return "", err
		}
		return t.Profile.Partition, nil
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return "", failure.OfRecord(err)
	}
	info, listed := record.Keys[o.Key]
	if !listed {
		return "", failure.NoSuchKey(o.Key, record.Names())
	}
	return awsapi.PartitionOf(info.ARN), nil
}

// urls are CodeCommit's in a partition, as Git compares them: a * stands for one label.
// https://git-scm.com/docs/gitcredentials#_configuration_options
func urls(partition string) []string {
	domain := "amazonaws.com"
	if partition == "aws-cn" {
		return []string{"https://git-codecommit.*." + domain + ".cn", "https://*.git-codecommit.*.vpce." + domain + ".cn"}
	}
	return []string{"https://git-codecommit.*." + domain, "https://git-codecommit-fips.*." + domain, "https://*.git-codecommit.*.vpce." + domain}
}

type editor struct {
	ctx context.Context
	git string
	Options
}

// file returns the path of the file that is edited.
func (e editor) file() (string, error) {
	if e.File != "" {
		return filepath.Abs(e.File)
	}
	if path := os.Getenv("GIT_CONFIG_GLOBAL"); path != "" {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", failure.New(failure.Other, "there is no home directory: HOME is not set").Hint("name the file: --file PATH")
	}
	path := filepath.Join(home, ".gitconfig")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	xdg := os.Getenv("XDG_CONFIG_HOME")
	if xdg == "" {
		xdg = filepath.Join(home, ".config")
	}
	if other := filepath.Join(xdg, "git", "config"); exists(other) {
		return other, nil
	}
	return path, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// change returns the content of the file after Git has changed a copy of it.
func (e editor) change(before []byte, do func(path string) error) (after []byte, err error) {
	copied, err := os.CreateTemp("", "awsbroker-git-")
	if err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	}
	defer os.Remove(copied.Name())
	_, err = copied.Write(before)
	if err = errors.Join(err, copied.Close()); err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	}
	if err := do(copied.Name()); err != nil {
		return nil, err
	}
	return os.ReadFile(copied.Name())
}

// editSection writes the helpers of one URL: first an empty one, which makes Git forget
// those of other sections, whose passwords live longer than CodeCommit takes them; then
// ours, those for some repositories before the one for all; then others that were there.
func (e editor) editSection(path, section string) error {
	text, err := e.run("config", "--file", path, "--get-all", section+".helper")
	if err != nil {
		return err
	}
	before := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if text == "" {
		before = nil
	}
	helpers := e.helpers(before)
	if !slices.Equal(before, helpers) {
		if len(before) > 0 {
			if _, err := e.run("config", "--file", path, "--unset-all", section+".helper"); err != nil {
				return err
			}
		}
		for _, helper := range helpers {
			if _, err := e.run("config", "--file", path, "--add", section+".helper", helper); err != nil {
				return err
			}
		}
	}
	_, err = e.run("config", "--file", path, section+".useHttpPath", "true")
	return err
}

// helpers returns those of a section, with ours in their place.
func (e editor) helpers(before []string) []string {
	whose := []string{"--profile", e.Profile}
	if e.Key != "" {
		whose = []string{"--key", e.Key}
	}
	words := slices.Concat([]string{e.Program, "git-credential"}, whose, flags(e.Repositories))
	ours := "!" + say.PosixWords(words)
	ours += e.narrowing(ours, before)
	var some, all, others []string
	for _, helper := range append([]string{ours}, before...) {
		list := &others
		switch {
		case helper == "":
			continue
		case isOurs(helper) && isForSome(helper):
			list = &some
		case isOurs(helper):
			list = &all
		}
		if !slices.Contains(*list, helper) {
			*list = append(*list, helper)
		}
	}
	some = slices.DeleteFunc(some, func(h string) bool { return h != ours && tail(h) == tail(ours) })
	return slices.Concat([]string{""}, some, all[:min(1, len(all))], others)
}

// narrowing returns the flags that narrow the session of the helper which ours replaces,
// if that is of the same profile.
func (e editor) narrowing(ours string, before []string) string {
	for _, helper := range before {
		flags, _ := config.NarrowingIn(helper)
		if flags != "" && isOurs(helper) && strings.Contains(helper, " --profile "+say.PosixWord(e.Profile)+" ") && tail(helper) == tail(ours) {
			return flags
		}
	}
	return ""
}

func flags(repositories []string) (words []string) {
	for _, pattern := range repositories {
		words = append(words, "--repository", pattern)
	}
	return words
}

func isOurs(helper string) bool    { return strings.Contains(helper, " git-credential --") }
func isForSome(helper string) bool { return strings.Contains(helper, " --repository ") }

// tail is the part of a helper that says for which repositories it is.
func tail(helper string) string {
	words, repositories := config.ProcessWords(helper), []string(nil)
	for i, word := range words {
		if word == "--repository" && i+1 < len(words) {
			repositories = append(repositories, words[i+1])
		}
	}
	return strings.Join(repositories, " ")
}

// run runs Git, and takes "there is no such setting" for an empty answer.
func (e editor) run(args ...string) (string, error) {
	cmd := exec.CommandContext(e.ctx, e.git, args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1")
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && complaint.Len() == 0 {
		return "", nil
	}
	if err != nil {
		return "", failure.New(failure.Other, "git refused: %s", strings.ReplaceAll(firstLine(complaint.String(), err), args[2], e.File))
	}
	return out.String(), nil
}

func firstLine(text string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line == "" {
		return err.Error()
	}
	return say.Clean(line)
}
