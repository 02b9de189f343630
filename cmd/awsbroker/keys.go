package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/keys"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

func newKeys(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "list, deactivate, activate and delete access keys in AWS",
		Long: `List, deactivate, activate and delete access keys in AWS: your own or, with --user,
those of another user. awsbroker calls AWS with a session of the profile's role or
with the key in the keychain, whichever is allowed to do it, and asks for at most
one MFA code. With a root key in the keychain it manages the keys of the root user.

If a key leaked, deactivate it at once (with --force if it is the one you use), check
that nothing needs it, then delete it.`,
		Args: noSubcommand,
	}
	list := newKeysList(a)
	asList(cmd, list)
	cmd.AddCommand(list,
		newKeysChange(a, keys.Deactivate, "deactivate", "make access keys inactive in AWS",
			`Make access keys inactive in AWS. AWS then refuses requests signed with them, until
you activate them again.`),
		newKeysChange(a, keys.Activate, "activate", "make inactive access keys active again in AWS",
			`Make inactive access keys active again in AWS.`),
		newKeysChange(a, keys.Delete, "delete", "delete access keys in AWS",
			`Delete access keys in AWS for good. A key that is also in the keychain is removed
from there once AWS refuses it. A root key can delete itself, even after it expired.`))
	return cmd
}

func keysFlags(cmd *cobra.Command, o *keys.Options) {
	f := cmd.Flags()
	f.StringVar(&o.User, "user", "", "user whose keys to manage (default: the user of the key in use)")
	f.StringVar(&o.Key, "key", "", "key in the keychain to use")
	profileFlag(cmd, &o.Profile, "profile used to call AWS")
}

func newKeysList(a *app) *cobra.Command {
	var o keys.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [KEY]",
		Short: "show the access keys that a user has in AWS",
		Long: `Show the access keys that a user has in AWS, each with its state, its age, its last
use (time, service and region) and its name in the keychain. KEY is the key in the
keychain to use for the call. AWS records a use minutes to hours later.`,
		Args: positional(0, 1, "at most the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && o.Key != "" {
				return usage(errors.New("the command line names the key twice"))
			}
			if len(args) > 0 {
				o.Key = args[0]
			}
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			l, err := keys.List(cmd.Context(), b, o)
			if err != nil {
				return err
			}
			if asJSON {
				return writeKeysJSON(a.stdout, l)
			}
			_, err = io.WriteString(a.stdout, keysText(a.screen, l, time.Now()))
			return err
		},
	}
	keysFlags(cmd, &o)
	cmd.Flags().BoolVar(&asJSON, "json", false, "output JSON")
	return cmd
}

func newKeysChange(a *app, change keys.Change, name, short, long string) *cobra.Command {
	var o keys.Options
	cmd := &cobra.Command{
		Use:   name + " ID…",
		Short: short,
		Long:  long,
		Args:  positional(1, 100, "the ids of access keys (to list them: awsbroker keys list)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			return keys.Apply(cmd.Context(), b, change, args, o)
		},
	}
	keysFlags(cmd, &o)
	if change != keys.Activate {
		cmd.Flags().BoolVar(&o.Force, "force", false, "also change the key that you use, or the user's last one")
		cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	}
	return cmd
}

func keysText(screen *say.Screen, l keys.Listing, now time.Time) string {
	if len(l.Keys) == 0 {
		return fmt.Sprintf("%s has no access keys\n", l.Owner())
	}
	var rows [][]string
	var notes strings.Builder
	for _, k := range l.Keys {
		tone := say.Faint
		if k.Active {
			tone = say.Good
		}
		rows = append(rows, []string{cell(k.ID), screen.Paint(tone, keyStatus(k)), cell(strings.Join(k.Names, ", ")), lastUsed(k, now), dayAndAge(k.Created, now)})
		if !k.Expires.IsZero() {
			say.Fprintf(&notes, "\n%s: %s\n", k.ID, target.Countdown(k.Expires, now))
		}
	}
	columns := []say.Column{say.ID("ACCESS KEY ID"), say.ID("STATUS"), say.Phrase("IN KEYCHAIN"), say.Phrase("LAST USED"), say.Spare("CREATED")}
	return screen.Fit(fmt.Sprintf("access keys of %s\n\n", l.Owner())) + screen.Table(columns, rows) + screen.Fit(notes.String())
}

func keyStatus(k keys.Key) string {
	if k.Active {
		return "active"
	}
	return "inactive"
}

// dayAndAge: "2026-11-08, 12 days ago".
func dayAndAge(t, now time.Time) string {
	return t.Local().Format(time.DateOnly) + ", " + ago(t, now)
}

func lastUsed(k keys.Key, now time.Time) string {
	switch {
	case !k.UseKnown:
		return "unknown: AWS did not say"
	case k.Use.At.IsZero():
		return "never"
	}
	return fmt.Sprintf("%s, %s in %s", dayAndAge(k.Use.At, now), cell(k.Use.Service), cell(k.Use.Region))
}

// The JSON of keys list is part of the interface, as that of list is.
type keysJSON struct {
	Account string          `json:"account"`
	User    string          `json:"user"` // empty: the root user
	Keys    []listedKeyJSON `json:"keys"`
}

type listedKeyJSON struct {
	AccessKeyID  string       `json:"access_key_id"`
	Status       string       `json:"status"` // active or inactive
	Created      time.Time    `json:"created"`
	LastUseKnown bool         `json:"last_use_known"`
	LastUse      *lastUseJSON `json:"last_use"` // null: never, if that is known
	Keychain     []string     `json:"keychain"` // its names there
	Expires      *time.Time   `json:"expires"`  // of a root key in the keychain
}

type lastUseJSON struct {
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Region  string    `json:"region"`
}

func writeKeysJSON(out io.Writer, l keys.Listing) error {
	j := keysJSON{Account: l.Account, User: l.User, Keys: []listedKeyJSON{}}
	for _, k := range l.Keys {
		row := listedKeyJSON{AccessKeyID: k.ID, Status: keyStatus(k), Created: k.Created, LastUseKnown: k.UseKnown,
			Keychain: append([]string{}, k.Names...), Expires: orNull(k.Expires)}
		if !k.Use.At.IsZero() {
			row.LastUse = &lastUseJSON{k.Use.At, k.Use.Service, k.Use.Region}
		}
		j.Keys = append(j.Keys, row)
	}
	return writeJSON(out, j)
}
