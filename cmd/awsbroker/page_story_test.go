//go:build !windows

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/99designs/keyring"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// pageCommands are those of the stories, and in pages
//
//	newaccount ID   sets $KEYID and $SECRET to a key of the root user of an empty account
//	vault NAME      puts phoebe's access key where aws-vault --backend=file would
func pageCommands() map[string]func(*testscript.TestScript, bool, []string) {
	all := maps.Clone(storyCommands())
	all["newaccount"] = func(ts *testscript.TestScript, _ bool, args []string) {
		arguments(ts, args, 1, "newaccount ID")
		key := ts.Value(storyKey{}).(*story).aws.Server.AddAccount(args[0]).Root().AddAccessKey()
		ts.Setenv("KEYID", key.ID)
		ts.Setenv("SECRET", key.Secret)
	}
	all["vault"] = func(ts *testscript.TestScript, _ bool, args []string) {
		arguments(ts, args, 1, "vault NAME")
		ts.Setenv("AWS_VAULT_BACKEND", "file")
		ts.Check(fillVault(filepath.Join(ts.Getenv("HOME"), ".awsvault", "keys"), args[0],
			aws.Credentials{AccessKeyID: ts.Getenv("KEYID"), SecretAccessKey: ts.Getenv("SECRET")}))
	}
	return all
}

// The paths that a page shows, and those that stand for them on the machine: of the same
// lengths, so that lines break where a reader's would.
const (
	shownHome, shownBin = "/home/phoebe", "/usr/local/bin"
	shortHome, shortBin = "/tmp/ph%05d", "/tmp/bin%06d"
)

// setupPage is [setupStory] with short paths.
func setupPage(env *testscript.Env) error {
	if err := setupStory(env); err != nil {
		return err
	}
	made := map[string]string{}
	for _, path := range []string{shortHome, shortBin} {
		dir, err := mkdirShort(path)
		if err != nil {
			return err
		}
		env.Defer(func() { os.RemoveAll(dir) })
		made[path] = dir
	}
	files := filepath.Join(env.WorkDir, "home")
	if err := os.CopyFS(made[shortHome], os.DirFS(files)); err != nil {
		return err
	}
	if err := os.RemoveAll(files); err != nil {
		return err
	}
	if err := os.Symlink(made[shortHome], files); err != nil {
		return err
	}
	program, err := exec.LookPath("awsbroker")
	if err != nil {
		return err
	}
	if err := copyProgram(program, filepath.Join(made[shortBin], "awsbroker")); err != nil {
		return err
	}
	secret := env.Getenv("SECRET")
	env.Defer(func() { noSecretIn(env.T().(testing.TB), made[shortHome], secret) })
	env.Setenv("HOME", made[shortHome])
	env.Setenv("BIN", made[shortBin])
	env.Setenv("PATH", made[shortBin]+":"+env.Getenv("PATH"))
	return nil
}

// copyProgram links a program, or copies it from another disk. A symbolic link would be
// resolved by the program.
func copyProgram(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}

// mkdirShort makes a directory with a number in its name.
func mkdirShort(name string) (string, error) {
	for {
		dir := fmt.Sprintf(name, rand.N(100_000))
		if err := os.Mkdir(dir, 0o700); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

func fillVault(dir, name string, c aws.Credentials) error {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.FileBackend}, ServiceName: "aws-vault",
		FileDir: dir, FilePasswordFunc: keyring.FixedStringPrompt(machine.Passphrase),
	})
	if err != nil {
		return err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return ring.Set(keyring.Item{Key: name, Label: "aws-vault (" + name + ")", Data: data})
}
