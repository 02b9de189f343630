package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

func newKeystore(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "keystore",
		Short: "show the keychain that has your keys, or move them to another",
		Long: `Show the keychain that has your keys, and the other keychains of this machine. The
first awsbroker add chooses the best keychain, or the one given by --keystore. From
then on awsbroker uses that one.

A record lists the keys in the keychain. If the record is lost, this command shows
the keys that the keychains still have; awsbroker add NAME adds one again.`,
		Args: noSubcommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			v, err := keychain.ViewKeystores(cmd.Context(), b)
			if err != nil {
				return err
			}
			if asJSON {
				return writeKeystoreJSON(a.stdout, v)
			}
			_, err = io.WriteString(a.stdout, keystoreText(a.screen, v))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "output JSON")
	cmd.AddCommand(newKeystoreMove(a), newKeystoreLock(a))
	return cmd
}

// asList lets a command without a verb do what its list does.
func asList(cmd, list *cobra.Command) {
	cmd.Flags().AddFlagSet(list.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		list.SetContext(cmd.Context())
		return list.RunE(list, nil)
	}
}

// noSubcommand gets what follows keystore and is no command of it.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	f := failure.New(failure.Usage, "there is no command %q of %s", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		f.Hint("did you mean: %s %s", cmd.CommandPath(), near[0])
	}
	return f
}

func newKeystoreMove(a *app) *cobra.Command {
	var o keychain.MoveOptions
	cmd := &cobra.Command{
		Use:   "move KIND",
		Short: "move every key to another keychain",
		Long: `Move every key to another keychain: keychain, wincred, secret-service, pass or
file. awsbroker copies each key, reads it back and compares it. Then it switches to
the new keychain and removes the old copies.

An interrupted move loses nothing: awsbroker uses the old keychain until it has
copied all keys. Run the command again to finish the move.`,
		Example: "  awsbroker keystore move pass\n  awsbroker keystore move file --keep",
		Args:    positional(1, 1, "the kind of one keychain"),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, err := keystore.ParseKind(args[0])
			if err != nil || kind == "" {
				return usage(say.Errorf("unknown kind of keychain %q", args[0]))
			}
			o.To = kind
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			return keychain.MoveKeys(cmd.Context(), b, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.Keep, "keep", false, "keep the old copies")
	f.BoolVar(&o.Replace, "replace", false, "overwrite other keys of the same name in the new keychain")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}

func keystoreText(screen *say.Screen, v keychain.KeystoreView) string {
	var rows [][]string
	var problems, b strings.Builder
	for _, p := range v.Places {
		keys, where := "-", cell(inHome(p.Where))
		if p.Kind == v.Kind {
			keys = fmt.Sprint(len(v.Keys))
		} else if len(p.Names) > 0 {
			keys = fmt.Sprint(len(p.Names))
		}
		if p.Err != nil { // too long for a table
			where = screen.Paint(say.Wary, "not available")
			say.Fprintf(&problems, "%s: %v\n", p.Kind, p.Err)
		}
		rows = append(rows, []string{string(p.Kind), keys, where})
	}
	b.WriteString(screen.Table([]say.Column{say.ID("KEYSTORE"), say.ID("KEYS"), say.ID("WHERE")}, rows))
	if problems.Len() > 0 {
		b.WriteString("\n" + screen.Fit(problems.String()))
	}
	switch {
	case len(v.Lost) > 0:
		b.WriteString("\nkeys that are missing from awsbroker's record; to add them again:\n")
		for _, name := range v.Lost {
			b.WriteString("    awsbroker add " + say.ShellWord(name) + "\n")
		}
	case v.Kind == "":
		b.WriteString(screen.Fit("\nno keychain is chosen yet: the first key will go to the best one, or the one given by --keystore: awsbroker add NAME\n"))
	case v.Old != "":
		b.WriteString(screen.Fit(fmt.Sprintf("\nold copies are still in %s; to remove them: awsbroker keystore move %s\n", v.Old.Words(), v.Kind)))
	}
	if !v.PassphraseKept.IsZero() {
		b.WriteString(screen.Fit(fmt.Sprintf("\nthe passphrase of the encrypted file is cached until %s; to delete it: awsbroker keystore lock\n", v.PassphraseKept.Format("15:04"))))
	}
	return b.String()
}

// The JSON of keystore is part of the interface, as that of list is.
type keystoreJSON struct {
	Keystore  string      `json:"keystore"`
	Where     string      `json:"where"`
	Keys      []string    `json:"keys"`
	Lost      []string    `json:"keys_without_record"`
	OldCopies string      `json:"old_copies_in"`
	Keystores []placeJSON `json:"keystores"`

	PassphraseKept *time.Time `json:"passphrase_kept_until"` // of the encrypted file; null if it is not kept
}

type placeJSON struct {
	Keystore  string `json:"keystore"`
	Where     string `json:"where"`
	Available bool   `json:"available"`
	Problem   string `json:"problem"`
}

func writeKeystoreJSON(out io.Writer, v keychain.KeystoreView) error {
	j := keystoreJSON{string(v.Kind), v.Where, append([]string{}, v.Keys...), append([]string{}, v.Lost...), string(v.Old), []placeJSON{}, nil}
	if !v.PassphraseKept.IsZero() {
		until := v.PassphraseKept.UTC()
		j.PassphraseKept = &until
	}
	for _, p := range v.Places {
		problem := ""
		if p.Err != nil {
			problem = p.Err.Error()
		}
		j.Keystores = append(j.Keystores, placeJSON{string(p.Kind), p.Where, p.Err == nil, problem})
	}
	return writeJSON(out, j)
}
