package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/gitpassword"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

func gitPasswordFlags(cmd *cobra.Command, o *gitpassword.Options) {
	profileFlag(cmd, &o.Profile, "profile used to call AWS")
}

// firstWord returns the only argument, or an empty string.
func firstWord(args []string) string { return strings.Join(args, "") }

func newCodeCommitList(a *app) *cobra.Command {
	var o gitpassword.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [KEY]",
		Short: "show the Git passwords that a user has in AWS",
		Long: `Show the Git passwords that the user of a key has in AWS, each with its state, its age
and whether the keychain has it. AWS shows a password only once, when it is created.`,
		Args: positional(0, 1, "at most the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			o.Key = firstWord(args)
			l, err := gitpassword.List(cmd.Context(), b, o)
			if err != nil {
				return err
			}
			if asJSON {
				return writeGitPasswordsJSON(a.stdout, l)
			}
			_, err = io.WriteString(a.stdout, gitPasswordsText(a.screen, l, time.Now()))
			return err
		},
	}
	gitPasswordFlags(cmd, &o)
	cmd.Flags().BoolVar(&asJSON, "json", false, "output JSON")
	return cmd
}

func gitPasswordsText(screen *say.Screen, l gitpassword.Listing, now time.Time) string {
	if len(l.Passwords) == 0 {
		return fmt.Sprintf("%s has no Git passwords\n", l.Owner)
	}
	var rows [][]string
	for _, p := range l.Passwords {
		tone, here := say.Faint, ""
		if p.Active {
			tone = say.Good
		}
		if p.Here {
			here = l.Key
		}
		rows = append(rows, []string{cell(p.ID), screen.Paint(tone, status(p.ServiceCredential)), cell(here), cell(p.Name), dayAndAge(p.Created, now)})
	}
	columns := []say.Column{say.ID("ID"), say.ID("STATUS"), say.Phrase("IN KEYCHAIN"), say.Phrase("USER NAME"), say.Spare("CREATED")}
	return screen.Fit(fmt.Sprintf("Git passwords of %s\n\n", l.Owner)) + screen.Table(columns, rows)
}

// The JSON of codecommit list is part of the interface, as that of list is.
type gitPasswordJSON struct {
	ID       string    `json:"id"`
	UserName string    `json:"user_name"`
	Status   string    `json:"status"` // active or inactive
	Created  time.Time `json:"created"`
	Keychain bool      `json:"keychain"` // it is the one that Git gets
}

func writeGitPasswordsJSON(out io.Writer, l gitpassword.Listing) error {
	rows := []gitPasswordJSON{}
	for _, p := range l.Passwords {
		rows = append(rows, gitPasswordJSON{p.ID, p.Name, status(p.ServiceCredential), p.Created, p.Here})
	}
	return writeJSON(out, rows)
}

func status(c iam.ServiceCredential) string {
	if c.Active {
		return "active"
	}
	return "inactive"
}

func newCodeCommitCreate(a *app) *cobra.Command {
	var o gitpassword.Options
	cmd := &cobra.Command{
		Use:   "create [KEY]",
		Short: "create a Git password and store it in the keychain",
		Long: `Create a Git password in AWS for the user of a key, and store it in the keychain. Git
gets it from there after: awsbroker codecommit setup --key KEY. A user can have two.
awsbroker never shows the password. It works until it is deleted; replace it with:
awsbroker codecommit rotate`,
		Args: positional(0, 1, "at most the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			o.Key = firstWord(args)
			out, err := gitpassword.Create(cmd.Context(), b, o)
			if err != nil {
				return err
			}
			a.Step(say.Sprintf("the Git password of %s is in the keychain", out.User))
			a.advise("have Git use it: awsbroker codecommit setup --key " + say.ShellWord(out.Key))
			return nil
		},
	}
	gitPasswordFlags(cmd, &o)
	cmd.Flags().StringVar(&o.Repository, "repository", "", "URL of a repository to test this and later passwords with")
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}

func newCodeCommitRotate(a *app) *cobra.Command {
	var o gitpassword.Options
	cmd := &cobra.Command{
		Use:   "rotate [KEY]",
		Short: "replace the Git password in the keychain by a new one",
		Long: `Replace the Git password beside a key of the keychain: awsbroker creates a second
one, signs in to a repository with it, gives it to Git from then on, and deletes the
first. If it stops before the end, run it again to resume.`,
		Args: positional(0, 1, "at most the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			o.Key = firstWord(args)
			out, err := gitpassword.Rotate(cmd.Context(), b, o)
			if err != nil {
				return err
			}
			a.Step(say.Sprintf("Git now signs in as %s; the old password was deleted in AWS", out.User))
			return nil
		},
	}
	gitPasswordFlags(cmd, &o)
	cmd.Flags().StringVar(&o.Repository, "repository", "", "URL of a repository to test it with (default: the last one)")
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}

func newCodeCommitDelete(a *app) *cobra.Command {
	var o gitpassword.Options
	cmd := &cobra.Command{
		Use:   "delete ID",
		Short: "delete a Git password in AWS and in the keychain",
		Long: `Delete a Git password of the user of a key in AWS, by its id (awsbroker codecommit
list), and in the keychain if it is there. Git can no longer sign in with it.`,
		Args: positional(1, 1, "the id of one Git password (to list them: awsbroker codecommit list)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			if err := gitpassword.Delete(cmd.Context(), b, o, args[0]); err != nil {
				return err
			}
			a.Step("the Git password " + args[0] + " was deleted")
			return nil
		},
	}
	gitPasswordFlags(cmd, &o)
	cmd.Flags().StringVar(&o.Key, "key", "", "key in the keychain to use")
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}
