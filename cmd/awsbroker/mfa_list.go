package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/mfa"
	"github.com/awsbroker/awsbroker/internal/say"
)

func newMFAList(a *app) *cobra.Command {
	var o mfa.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "show the MFA devices that a user has in AWS",
		Long: `Show the MFA devices that a user has in AWS: the kind of each, since when it is
enabled, whether it works for the API, and which profiles use it. Passkeys and
security keys work in the console only, because the API needs codes.`,
		Args: positional(0, 0, "no arguments; another user is --user"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			l, err := mfa.List(cmd.Context(), b, o)
			if err != nil {
				return err
			}
			if asJSON {
				return writeMFAJSON(a.stdout, l)
			}
			if _, err := io.WriteString(a.stdout, mfaText(a.screen, l, time.Now())); err != nil {
				return err
			}
			a.adviseMFA(l)
			return nil
		},
	}
	mfaFlags(cmd, &o)
	cmd.Flags().BoolVar(&asJSON, "json", false, "output JSON")
	return cmd
}

var mfaKinds = map[mfa.Kind]string{
	mfa.Virtual:     "virtual",
	mfa.Hardware:    "hardware",
	mfa.SecurityKey: "not for the API", // a passkey or a security key
}

func mfaText(screen *say.Screen, l mfa.Listing, now time.Time) string {
	if len(l.Devices) == 0 {
		return fmt.Sprintf("%s has no MFA devices\n", l.Owner())
	}
	var rows [][]string
	for _, d := range l.Devices {
		kind := mfaKinds[d.Kind]
		if !d.HasCodes() {
			kind = screen.Paint(say.Wary, kind)
		}
		rows = append(rows, []string{cell(d.Name), kind, cell(d.Serial), cell(strings.Join(d.Profiles, ", ")), dayAndAge(d.Enabled, now)})
	}
	columns := []say.Column{say.Phrase("DEVICE"), say.ID("KIND"), say.ID("SERIAL"), say.Phrase("PROFILES"), say.Spare("ENABLED")}
	return screen.Fit(fmt.Sprintf("MFA devices of %s\n\n", l.Owner())) + screen.Table(columns, rows)
}

// adviseMFA says what helps a user none of whose devices the API can use.
func (a *app) adviseMFA(l mfa.Listing) {
	for _, d := range l.Devices {
		if d.HasCodes() {
			return
		}
	}
	a.advise("the API needs a device that shows codes; add one with: awsbroker mfa enroll")
}

// The JSON of mfa list is part of the interface, as that of list is.
type mfaJSON struct {
	Account string          `json:"account"`
	User    string          `json:"user"`
	Devices []mfaDeviceJSON `json:"devices"`
}

type mfaDeviceJSON struct {
	Name     string    `json:"name"`
	Serial   string    `json:"serial"`
	Kind     string    `json:"kind"` // virtual, hardware or security-key
	Enabled  time.Time `json:"enabled"`
	API      bool      `json:"api"` // it has codes, which the API takes
	Profiles []string  `json:"profiles"`
}

func writeMFAJSON(out io.Writer, l mfa.Listing) error {
	j := mfaJSON{Account: l.Account, User: l.User, Devices: []mfaDeviceJSON{}}
	for _, d := range l.Devices {
		j.Devices = append(j.Devices, mfaDeviceJSON{d.Name, d.Serial, string(d.Kind), d.Enabled, d.HasCodes(), append([]string{}, d.Profiles...)})
	}
	return writeJSON(out, j)
}
