package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/uninstall"
)

func newUninstall(a *app) *cobra.Command {
	var o uninstall.Options
	var fate string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "take awsbroker out of profiles, keychain and home directory",
		Long: `Take awsbroker out of your profiles, your keychain and your home directory, after
showing all of it and asking. A key goes back to ~/.aws/credentials in plaintext,
is deleted in AWS, or is forgotten: you are asked for each. Profiles get AWS's own
settings back where their key does; else awsbroker's settings go.

A run that was cut short is continued by the next. The program itself stays; the
last line says how to remove it.`,
		Example: "  awsbroker uninstall --dry-run\n  awsbroker uninstall\n  awsbroker uninstall --yes --keys delete",
		Args:    positional(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			o.Keys, o.Yes = uninstall.Fate(fate), a.yes
			plan, err := uninstall.Run(cmd.Context(), b, o)
			if err != nil {
				return err
			}
			if asJSON {
				return writeUninstallJSON(a, plan, o.DryRun)
			}
			a.showLeft(plan, o.DryRun)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&fate, "keys", "", "what becomes of all keys: credentials, delete or forget")
	f.BoolVar(&o.DryRun, "dry-run", false, "show the plan, and change nothing")
	f.BoolVar(&asJSON, "json", false, "output JSON")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask; needs --keys where there are keys")
	_ = cmd.RegisterFlagCompletionFunc("keys", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return []cobra.Completion{"credentials", "delete", "forget"}, cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

// showLeft says what is left for the person to do.
func (a *app) showLeft(plan uninstall.Plan, dryRun bool) {
	switch {
	case plan.IsEmpty():
		a.Step("awsbroker has nothing here any more")
	case dryRun:
		say.Fprintf(a.stdout, "%s\n", say.Shown(plan.Text()))
		a.Step("nothing was changed")
		return
	}
	for _, place := range plan.Mentions {
		a.Step("awsbroker is named in " + place + ": take that line out")
	}
	a.Step("to remove the program itself: " + removeProgram())
}

// removeProgram returns the command that removes the program which runs.
func removeProgram() string {
	path, err := os.Executable()
	if err != nil {
		path = os.Args[0]
	}
	return removeProgramAt(path, func(path string) bool { _, err := os.Stat(path); return err == nil })
}

// removeProgramAt knows who installed the program at a path by where it is, and by the
// list that dpkg has of a package's files.
func removeProgramAt(path string, exists func(string) bool) string {
	slashed := filepath.ToSlash(path)
	switch dir := filepath.Dir(path); {
	case strings.Contains(slashed, "/Cellar/"):
		return "brew uninstall awsbroker"
	case strings.HasPrefix(slashed, "/usr/bin/") && exists("/var/lib/dpkg/info/awsbroker.list"):
		return "sudo apt remove awsbroker"
	case strings.HasPrefix(slashed, "/usr/bin/"):
		return "the package manager that installed " + path
	case filepath.Base(dir) == "bin" && exists(filepath.Join(filepath.Dir(dir), "share", "man", "man1", "awsbroker.1")):
		return "make uninstall PREFIX=" + say.ShellWord(filepath.Dir(dir)) + ", where its source is"
	}
	return "delete " + path
}

// The JSON of uninstall is part of the interface, as that of list is.
type uninstallJSON struct {
	Done          bool                   `json:"done"` // false: a rehearsal
	Profiles      []uninstallProfileJSON `json:"profiles"`
	Keys          []uninstallKeyJSON     `json:"keys"`
	MFASeeds      []string               `json:"mfa_seeds"`
	Files         []string               `json:"files"`
	Mentions      []string               `json:"mentions"` // file:line, for the person to look at
	RemoveProgram string                 `json:"remove_program"`
}

type uninstallProfileJSON struct {
	Profile string `json:"profile"`
	Back    bool   `json:"back"` // it has AWS's own settings again
}

type uninstallKeyJSON struct {
	Key         string   `json:"key"`
	AccessKeyID string   `json:"access_key_id"`
	Fate        string   `json:"fate"` // credentials, delete, forget; empty: it would be asked
	Sections    []string `json:"sections"`
}

func writeUninstallJSON(a *app, plan uninstall.Plan, dryRun bool) error {
	j := uninstallJSON{Done: !dryRun, Profiles: []uninstallProfileJSON{}, Keys: []uninstallKeyJSON{}, MFASeeds: append([]string{}, plan.Devices...),
		Files: append([]string{}, plan.Files...), Mentions: append([]string{}, plan.Mentions...), RemoveProgram: removeProgram()}
	for _, p := range plan.Profiles {
		j.Profiles = append(j.Profiles, uninstallProfileJSON{p.Name, p.Back})
	}
	for _, k := range plan.Keys {
		row := uninstallKeyJSON{Key: k.Name, AccessKeyID: k.ID, Fate: string(k.Fate), Sections: []string{}}
		if k.Fate == uninstall.WriteBack {
			row.Sections = append(row.Sections, k.Sections...)
		}
		j.Keys = append(j.Keys, row)
	}
	return writeJSON(a.stdout, j)
}
