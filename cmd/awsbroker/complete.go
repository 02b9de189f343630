package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
)

// What the shell offers after a tab: names that are there now. Files are read,
// and nothing else is opened; whatever goes wrong offers nothing.

type completer = cobra.CompletionFunc

const noFiles = cobra.ShellCompDirectiveNoFileComp

// profileNames completes the names of profiles of the config files. There may be
// thousands, and cobra makes three copies of each: profileNames writes them itself.
func profileNames(cmd *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	p := paths.FromEnv()
	cfg, err := config.Load(p.Config, p.Credentials)
	if err != nil {
		return nil, noFiles
	}
	out := cmd.OutOrStdout()
	for _, name := range startingWith(word, cfg.Names()) {
		if text, _, _ := strings.Cut(name, "\n"); text == name {
			_, _ = io.WriteString(out, name)
			_, _ = io.WriteString(out, "\n")
		}
	}
	return nil, noFiles
}

// keyNames completes the names of keys of the keychain, from its record.
func keyNames(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	record, err := keystore.ReadRecord(paths.FromEnv().KeystoreFile())
	if err != nil {
		return nil, noFiles
	}
	return startingWith(word, record.Names()), noFiles
}

// deviceNames completes the MFA devices that profiles name.
func deviceNames(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	p := paths.FromEnv()
	cfg, err := config.Load(p.Config, p.Credentials)
	if err != nil {
		return nil, noFiles
	}
	var names []string
	for _, name := range cfg.Names() {
		if p, err := cfg.Resolve(name); err == nil && p.MFASerial != "" {
			names = append(names, p.MFASerial[strings.LastIndexAny(p.MFASerial, "/:")+1:])
		}
	}
	slices.Sort(names)
	return startingWith(word, slices.Compact(names)), noFiles
}

// startingWith returns the names that begin with word, so that the shell is spared
// thousands that do not. Names that a terminal cannot show are left out: the shell
// would print them raw.
func startingWith(word string, names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, word) || say.Clean(name) != name })
}

// firstArgument offers names for the first argument only.
func firstArgument(names completer) completer {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, noFiles
		}
		return names(cmd, args, word)
	}
}

func words(w ...string) completer { return cobra.FixedCompletions(w, noFiles) }

// addCompletions gives every command and flag its names. It is done in one
// place, so that no command forgets its own.
func addCompletions(root *cobra.Command) {
	byFlag := map[string]completer{
		"profile":  profileNames,
		"with":     profileNames,
		"key":      keyNames,
		"replace":  deviceNames, // mfa enroll; elsewhere it takes no value
		"keystore": words(string(keystore.SecretService), string(keystore.File)),
		"prompt":   words("terminal", "pinentry", "dialog", "command", "none"),
		"format":   words(formats()...),
	}
	byCommand := map[string]completer{
		"setup":  firstArgument(profileNames),
		"remove": firstArgument(keyNames),
		"rotate": firstArgument(keyNames),
		"add":    firstArgument(keyNames), // for --replace

		"keys list":  firstArgument(keyNames),
		"mfa resync": firstArgument(deviceNames),
	}
	for _, cmd := range withSubcommands(root) {
		for flag, names := range byFlag {
			if cmd.Flags().Lookup(flag) != nil || cmd.PersistentFlags().Lookup(flag) != nil {
				_ = cmd.RegisterFlagCompletionFunc(flag, names)
			}
		}
		if names, ok := byCommand[strings.TrimPrefix(cmd.CommandPath(), root.Name()+" ")]; ok {
			cmd.ValidArgsFunction = names
		} else if cmd.Args != nil && cmd != root && cmd.Name() != "exec" {
			cmd.ValidArgsFunction = words()
		}
	}
}

// withSubcommands returns a command and all commands below it.
func withSubcommands(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		all = append(all, withSubcommands(sub)...)
	}
	return all
}
