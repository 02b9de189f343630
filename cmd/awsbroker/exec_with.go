package main

import (
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// giveProfiles gives no keys but profiles, each of which has us as its
// credential_process. Their sessions are got first, so that the command finds
// them in the cache.
func (a *app) giveProfiles(cmd *cobra.Command, b *broker.Broker, o execOptions) ([]variables.Variable, func() visits, error) {
	profiles := slices.Clone(o.with)
	if o.profile != "" {
		profiles = slices.Insert(profiles, 0, o.profile)
	}
	profiles = dropRepeats(profiles)
	if err := b.CheckServed(profiles); err != nil {
		return nil, nil, err
	}
	want := broker.Want{}
	for _, profile := range profiles {
		w, err := b.WantForCommand(profile, o.minTTL)
		if err != nil {
			return nil, nil, err
		}
		want.MinLeft, want.Strict = max(want.MinLeft, w.MinLeft), w.Strict
	}
	sessions, err := b.SessionsOf(cmd.Context(), profiles, want)
	if err != nil {
		return nil, nil, err
	}
	for i, s := range sessions {
		if err := tooShort(b, profiles[i], s, want); err != nil {
			return nil, nil, err
		}
	}
	set := append(variables.OfRegion(a.region), variables.OfProfile(profiles[0])...)
	set = append(set, variables.Variable{Name: "AWS_PROFILE", Value: profiles[0]})
	if a.keystore != "" {
		set = append(set, variables.Variable{Name: "AWSBROKER_KEYSTORE", Value: a.keystore})
	}
	return append(set, a.passphraseFile(b)...), noServer, nil
}

// passphraseFile returns the variable that says where the keystore's passphrase is, for
// awsbroker processes of the command. The passphrase itself is not passed on.
func (a *app) passphraseFile(b *broker.Broker) []variables.Variable {
	const name = "AWSBROKER_FILE_PASSPHRASE_FILE"
	if file := os.Getenv(name); file != "" {
		return []variables.Variable{{Name: name, Value: file}}
	}
	if b.SealingKey() != nil && b.InFile() {
		a.Warn("this system cannot keep the sealing key, so the command's tools also need the passphrase of the encrypted file; " + name + " would reach them")
	}
	return nil
}

// dropRepeats returns the names, each once, in the order of their first place.
func dropRepeats(names []string) []string {
	var out []string
	for _, name := range names {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
