package uninstall

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/say"
)

// Plan is what there is of awsbroker's, and what becomes of it.
type Plan struct {
	Profiles   []Profile
	Diff       string // of the config file
	GitDiff    string // of Git's settings
	Keys       []Key
	Keychain   string   // that holds the keys, in words; empty if there is nothing in one
	Devices    []string // MFA devices whose seed is in the keychain
	Bootstraps []string // accounts that bootstrap could be undone in
	Log        string   // of the sessions that were given out; empty if there is none
	Files      []string // directories and completion files
	Mentions   []string // lines in files of the person's, to be looked at by hand
}

// IsEmpty reports whether there is nothing left to do.
func (p Plan) IsEmpty() bool {
	return len(p.Profiles) == 0 && len(p.Keys) == 0 && len(p.Devices) == 0 && len(p.Files) == 0 && p.GitDiff == ""
}

// Text says in full what will be done, in its order.
func (p Plan) Text() string {
	var b strings.Builder
	say.Fprintf(&b, "This will remove awsbroker from your user account, in this order:\n")
	for _, k := range p.Keys {
		say.Fprintf(&b, "  key %s (%s) %s\n", k.Name, cmp.Or(k.shownID(), "id unknown"), k.words())
	}
	for _, profile := range p.Profiles {
		say.Fprintf(&b, "  profile %s %s\n", profile.Name, profile.words())
	}
	if p.Diff != "" && !slices.ContainsFunc(p.Profiles, func(p Profile) bool { return p.Asks }) {
		writeDiff(&b, p.Diff)
	}
	if p.GitDiff != "" {
		say.Fprintf(&b, "  Git will no longer ask awsbroker for passwords of CodeCommit\n")
		writeDiff(&b, p.GitDiff)
	}
	say.Fprintf(&b, "  all sessions on this machine will be deleted; in AWS they work until they expire\n")
	if p.Keychain != "" {
		say.Fprintf(&b, "  awsbroker's items will be removed from %s\n", p.Keychain)
	}
	for _, device := range p.Devices {
		say.Fprintf(&b, "    with the seed of %s: keep another device that shows its codes\n", device)
	}
	for _, account := range p.Bootstraps {
		say.Fprintf(&b, "  afterwards you cannot undo the bootstrap of account %s\n", account)
	}
	if p.Log != "" {
		say.Fprintf(&b, "  the log of sessions will be removed; to keep it, copy %s first\n", p.Log)
	}
	for _, path := range p.Files {
		say.Fprintf(&b, "  %s will be removed\n", path)
	}
	return strings.TrimRight(b.String(), "\n")
}

func writeDiff(b *strings.Builder, diff string) {
	for line := range strings.Lines(diff) {
		fmt.Fprintf(b, "    %s", line)
	}
}

// words say what becomes of a key.
func (k Key) words() string {
	switch k.Fate {
	case WriteBack:
		if k.Written {
			return "is in ~/.aws/credentials already"
		}
		return "will be written to ~/.aws/credentials, in plaintext, as [" + strings.Join(k.Sections, "] and [") + "]"
	case Delete:
		return "will be deleted in AWS for good"
	case Forget:
		if k.Lost {
			return "is no longer in the keychain, and will be removed from awsbroker's record"
		}
		return "will still work in AWS, but its secret will be deleted here"
	}
	return "will be written to ~/.aws/credentials, deleted in AWS, or forgotten, as you choose"
}

// words say what becomes of a profile.
func (p Profile) words() string {
	switch {
	case p.Asks:
		return "will be removed with its key, or use AWS's own settings again"
	case p.Back:
		return "will use AWS's own settings again"
	}
	return "will lose awsbroker's settings"
}
