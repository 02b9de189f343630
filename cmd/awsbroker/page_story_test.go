//go:build !windows

package main

import (
	"encoding/json"
	"maps"
	"path/filepath"

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
