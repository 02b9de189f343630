package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/setup"
	"github.com/awsbroker/awsbroker/internal/signin"
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
	if names := startingWith(word, cfg.Names()); len(names) > 0 {
		_, _ = io.WriteString(cmd.OutOrStdout(), strings.Join(names, "\n")+"\n")
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
	return ofProfiles(word, func(p *config.Profile) string { return p.MFASerial[strings.LastIndexAny(p.MFASerial, "/:")+1:] })
}

// regionNames completes the regions that profiles name.
func regionNames(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	return ofProfiles(word, func(p *config.Profile) string { return p.Region })
}

// ofProfiles completes what profiles have of something; those that have "" have none.
func ofProfiles(word string, value func(*config.Profile) string) ([]string, cobra.ShellCompDirective) {
	p := paths.FromEnv()
	cfg, err := config.Load(p.Config, p.Credentials)
	if err != nil {
		return nil, noFiles
	}
	var values []string
	for _, name := range cfg.Names() {
		if p, err := cfg.Resolve(name); err == nil && value(p) != "" {
			values = append(values, value(p))
		}
	}
	slices.Sort(values)
	return startingWith(word, slices.Compact(values)), noFiles
}

// execWords completes what follows exec: a profile or a program, and behind a profile a
// program. What is behind these is the program's own, and mostly names of files.
func execWords(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		profileNames(cmd, nil, word)
	case 1:
		if !hasProfile(paths.FromEnv(), args[0]) {
			return nil, cobra.ShellCompDirectiveDefault
		}
	default:
		return nil, cobra.ShellCompDirectiveDefault
	}
	return programNames(word), cobra.ShellCompDirectiveDefault
}

func hasProfile(p paths.Paths, name string) bool {
	cfg, err := config.Load(p.Config, p.Credentials)
	return err == nil && cfg.Has(name)
}

// programNames returns the programs on PATH that begin with word; none for no word, as
// there are thousands.
func programNames(word string) []string {
	if word == "" || strings.ContainsAny(word, `/\`) {
		return nil
	}
	var names []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		files, _ := os.ReadDir(dir)
		for _, f := range files {
			if strings.HasPrefix(f.Name(), word) && !f.IsDir() {
				names = append(names, f.Name())
			}
		}
	}
	slices.Sort(names)
	return startingWith(word, slices.Compact(names))
}

// keyIDs completes the ids of access keys in the keychain, of those that the command
// does not have yet.
func keyIDs(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	record, err := keystore.ReadRecord(paths.FromEnv().KeystoreFile())
	if err != nil {
		return nil, noFiles
	}
	var ids []string
	for _, name := range record.Names() {
		if id := record.Keys[name].ShownID(); id != "" && !slices.Contains(args, id) {
			ids = append(ids, id)
		}
	}
	return startingWith(word, ids), noFiles
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

// settingWords completes a profile, and then one of the settings of set.
func settingWords(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return setup.SettingNames(), noFiles
	}
	return firstArgument(profileNames)(cmd, args, word)
}

// keystoreNames returns the names of the kinds of keystores that this system has.
func keystoreNames() []string {
	var names []string
	for _, k := range keystore.Kinds() {
		names = append(names, string(k))
	}
	return names
}

// consoleWords completes what follows console: a profile or a page, and behind a profile
// a page.
func consoleWords(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	named := cmd.Flags().Changed("profile")
	if len(args) > 1 || len(args) == 1 && (named || !hasProfile(paths.FromEnv(), args[0])) {
		return nil, noFiles
	}
	if len(args) == 0 && !named {
		profileNames(cmd, nil, word)
	}
	return startingWith(word, signin.PageNames()), noFiles
}

func words(w ...string) completer { return cobra.FixedCompletions(w, noFiles) }

// addCompletions gives every command and flag its names. It is done in one
// place, so that no command forgets its own.
func addCompletions(root *cobra.Command) {
	byFlag := map[string]completer{
		"profile":  profileNames,
		"like":     profileNames,
		"with":     profileNames,
		"key":      keyNames,
		"replace":  deviceNames, // mfa enroll; elsewhere it takes no value
		"keystore": words(keystoreNames()...),
		"region":   regionNames,
		"prompt":   words("terminal", "pinentry", "dialog", "command", "none"),
		"format":   words(formats()...),

		"container": words(containerNames()...),
	}
	byCommand := map[string]completer{
		"setup":  firstArgument(profileNames),
		"set":    settingWords,
		"remove": firstArgument(keyNames),
		"rotate": firstArgument(keyNames),
		"add":    firstArgument(keyNames), // for --replace

		"exec":    execWords,
		"login":   firstArgument(profileNames),
		"logout":  firstArgument(profileNames),
		"export":  firstArgument(profileNames),
		"explain": firstArgument(profileNames),
		"revoke":  firstArgument(profileNames),
		"console": consoleWords,

		"codecommit setup":  firstArgument(profileNames),
		"codecommit list":   firstArgument(keyNames),
		"codecommit create": firstArgument(keyNames),
		"codecommit rotate": firstArgument(keyNames),

		"keys list":       firstArgument(keyNames),
		"keys deactivate": keyIDs,
		"keys activate":   keyIDs,
		"keys delete":     keyIDs,
		"keystore move":   firstArgument(words(keystoreNames()...)),
		"mfa resync":      firstArgument(deviceNames),
		"mfa remove":      firstArgument(deviceNames),
	}
	for _, cmd := range withSubcommands(root) {
		for flag, names := range byFlag {
			if cmd.Flags().Lookup(flag) != nil || cmd.PersistentFlags().Lookup(flag) != nil {
				_ = cmd.RegisterFlagCompletionFunc(flag, names)
			}
		}
		if names, ok := byCommand[strings.TrimPrefix(cmd.CommandPath(), root.Name()+" ")]; ok {
			cmd.ValidArgsFunction = names
		} else if cmd.Args != nil && cmd != root {
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
