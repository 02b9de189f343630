package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/prompt"
)

func newList(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "show keys, profiles and sessions",
		Args:  positional(0, 0, "no arguments"),
		RunE: func(_ *cobra.Command, _ []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			o, err := b.Overview()
			if err != nil {
				return err
			}
			if asJSON {
				return writeListJSON(a.stdout, o)
			}
			return writeList(a.stdout, o, time.Now())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return cmd
}

func writeList(out io.Writer, o broker.Overview, now time.Time) error {
	if len(o.Keys)+len(o.Profiles) == 0 {
		_, err := fmt.Fprintln(out, "no keys and no profiles yet; start with: awsbroker add NAME")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(o.Keys) > 0 {
		fmt.Fprintln(w, "KEY\tACCESS KEY ID\tUSER\tADDED\tROTATED")
		for _, k := range o.Keys {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", cell(k.Name), cell(k.AccessKeyID), cell(userOf(k.ARN)), ago(k.Added, now), ago(k.Rotated, now))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, k := range o.Keys {
		if k.Root {
			fmt.Fprintf(out, "\n%s: %s\n    awsbroker keys delete %s\n", prompt.Clean(k.Name), broker.Countdown(k.Expires, now), cell(k.AccessKeyID))
		}
	}
	if len(o.Profiles) == 0 {
		return nil
	}
	if len(o.Keys) > 0 {
		fmt.Fprintln(out)
	}
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROFILE\tKEY\tROLE\tSESSION")
	for _, p := range o.Profiles {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", cell(p.Name), cell(p.Key), cell(roleName(p.RoleARN)), sessionText(p, now))
	}
	return w.Flush()
}

func sessionText(p broker.ProfileView, now time.Time) string {
	switch {
	case p.Problem != "":
		return "unusable: " + prompt.Clean(p.Problem)
	case p.Unknown:
		return "unknown: the keychain seals it"
	case p.Expiration.IsZero():
		return "none"
	}
	return broker.Words(p.Expiration.Sub(now)) + " left"
}

// cell is text of a table: clean, and never empty.
func cell(s string) string {
	if s == "" {
		return "-"
	}
	return prompt.Clean(s)
}

func ago(t, now time.Time) string {
	switch {
	case t.IsZero():
		return "never"
	case now.Sub(t) < 2*time.Second:
		return "just now"
	}
	return broker.Words(now.Sub(t)) + " ago"
}

func roleName(arn string) string {
	if arn == "" {
		return "none (the user itself)"
	}
	account, role := broker.RoleOf(arn)
	return role + " in " + account
}

// userOf an ARN: "phoebe in 123456789012".
func userOf(arn string) string {
	if arn == "" {
		return ""
	}
	account, user := broker.RoleOf(arn)
	return strings.TrimPrefix(user, "user/") + " in " + account
}

// The JSON of list is part of the interface: snake_case, RFC 3339 times in UTC,
// null for what is not there.
type listJSON struct {
	Keystore string        `json:"keystore"`
	Keys     []keyJSON     `json:"keys"`
	Profiles []profileJSON `json:"profiles"`
}

type keyJSON struct {
	Name        string     `json:"name"`
	AccessKeyID string     `json:"access_key_id"`
	ARN         string     `json:"arn"`
	Added       time.Time  `json:"added"`
	Rotated     *time.Time `json:"rotated"`
	Profiles    []string   `json:"profiles"`
	Root        bool       `json:"root"`
	Expires     *time.Time `json:"expires"` // of a root key
}

type profileJSON struct {
	Name       string     `json:"name"`
	Key        string     `json:"key"`
	RoleARN    string     `json:"role_arn"`
	MFASerial  string     `json:"mfa_serial"`
	Expiration *time.Time `json:"session_expiration"`
	Problem    string     `json:"problem"`
}

func writeListJSON(out io.Writer, o broker.Overview) error {
	l := listJSON{Keystore: string(o.Keystore), Keys: []keyJSON{}, Profiles: []profileJSON{}}
	for _, k := range o.Keys {
		l.Keys = append(l.Keys, keyJSON{k.Name, k.AccessKeyID, k.ARN, k.Added, orNull(k.Rotated), append([]string{}, k.Profiles...), k.Root, orNull(k.Expires)})
	}
	for _, p := range o.Profiles {
		l.Profiles = append(l.Profiles, profileJSON{p.Name, p.Key, p.RoleARN, p.MFASerial, orNull(p.Expiration), p.Problem})
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(l)
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
