package main

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/say"
)

// effect is what a command is for a coding agent that runs it.
type effect int

const (
	undecided effect = iota // is treated like changes
	harmless                // shows what is no secret, or takes sessions away
	gives                   // gives sessions out, through [broker.Broker.Session] and its like alone, which know the rule
	changes                 // keys, devices, profiles, files of the person, or what is in AWS: a person has to agree
)

// effects are those of all commands. Logout is harmless: it takes away what an agent
// may have, and costs a person a code at most. Login gives nothing out, and what it makes
// is asked for again. What only lists what is in AWS acts with the person's key.
var effects = map[string]effect{
	"": harmless, "help": harmless, "version": harmless, "list": harmless, "log": harmless, "explain": harmless, "prompt": harmless,
	"doctor": harmless, "logout": harmless, "keystore": harmless, "keystore lock": harmless,
	"completion": harmless, "completion bash": harmless, "completion fish": harmless, "completion powershell": harmless, "completion zsh": harmless,
	cobra.ShellCompRequestCmd: harmless, cobra.ShellCompNoDescRequestCmd: harmless,

	"credential-process": gives, "exec": gives, "exec-server": gives, "export": gives, "console": gives, "git-credential": gives, "login": gives, "serve": gives, "serve-detached": gives,

	"add": changes, "rotate": changes, "revoke": changes, "remove": changes, "keystore move": changes,
	"keys": changes, "keys list": changes, "keys activate": changes, "keys deactivate": changes, "keys delete": changes,
	"mfa": changes, "mfa list": changes, "mfa enroll": changes, "mfa resync": changes, "mfa remove": changes, "mfa seed": changes,
	"codecommit": changes, "codecommit setup": changes, "codecommit list": changes, "codecommit create": changes, "codecommit rotate": changes, "codecommit delete": changes,
	"bootstrap": changes, "setup": changes, "set": changes, "uninstall": changes,
}

// changing are the flags that make more of harmless commands. Logout --all also forgets
// what a person denied a moment ago.
var changing = map[string][]string{"doctor": {"fix", "account"}, "logout": {"all"}}

// effectOf returns the effect of a command with its flags.
func effectOf(cmd *cobra.Command) effect {
	name := commandName(cmd)
	for _, flag := range changing[name] {
		if cmd.Flags().Changed(flag) {
			return changes
		}
	}
	return cmp.Or(effects[name], changes)
}

// commandName returns the words of a command after awsbroker: "keystore lock".
func commandName(cmd *cobra.Command) string {
	return strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "awsbroker"), " ")
}

// admit lets a coding agent run a command that changes something only if a person agrees,
// in a way in which no agent can; --yes is no such way.
func (a *app) admit(cmd *cobra.Command, args []string) error {
	effect := effectOf(cmd)
	if effect != harmless || cmd.Name() == "explain" { // the look at all parents takes time
		a.agent = caller.Find().Agent
	}
	if effect != changes || a.agent == (caller.Agent{}) {
		return nil
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if err := b.PermitCommand(cmd.Context(), namesIn(cmd, args), lineOf(cmd, args)); err != nil {
		return err
	}
	a.approved = true
	return nil
}

// aboutAll are the commands that are about all keys and profiles, whatever their words are.
// So are logout --all and setup --all.
var aboutAll = []string{"bootstrap", "doctor", "keystore move", "logout", "uninstall"}

// namesIn returns what may be the names of profiles, keys and roles that a command is about;
// none where it is about all.
func namesIn(cmd *cobra.Command, args []string) []string {
	all := cmd.Flags().Lookup("all")
	if slices.Contains(aboutAll, commandName(cmd)) || all != nil && all.Changed {
		return nil
	}
	names := slices.Clone(args)
	for _, flag := range []string{"profile", "key", "like", "role-arn"} {
		if f := cmd.Flags().Lookup(flag); f != nil && f.Value.String() != "" {
			names = append(names, f.Value.String())
		}
	}
	if len(names) == 0 {
		names = append(names, cmp.Or(os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")))
	}
	return names
}

// lineOf returns the command line as a person is shown it, without the code in it.
func lineOf(cmd *cobra.Command, args []string) string {
	words := strings.Fields(cmd.CommandPath())
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "mfa-code" {
			words = append(words, "--"+f.Name+"="+f.Value.String())
		}
	})
	return say.ShellWords(append(words, args...))
}
