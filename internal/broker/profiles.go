package broker

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// ChooseProfile returns the profile that a command works on: the asked one, else that
// of the environment, else default if awsbroker serves it, else the only profile that
// awsbroker serves, for which guessed is true.
func (b *Broker) ChooseProfile(asked string) (name string, guessed bool, err error) {
	if name := cmp.Or(asked, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")); name != "" && name != config.StandInProfile {
		return name, false, nil
	}
	cfg, err := b.ReadConfig()
	if err != nil {
		return "", false, err
	}
	ours := cfg.Ours()
	if slices.Contains(ours, "default") {
		return "default", false, nil
	}
	if p, err := cfg.Resolve("default"); err == nil && p.RoleARN != "" {
		return "default", false, nil
	}
	switch len(ours) {
	case 0:
		return "", false, b.noneOfOurs()
	case 1:
		return ours[0], true, nil
	}
	if name, err := b.Choose.One("profile", ours); name != "" || err != nil {
		return name, false, err
	}
	return "", false, failure.New(failure.Usage, "which profile? there are %s", strings.Join(ours, ", ")).
		Hint("choose one with --profile, or set AWS_PROFILE")
}

func (b *Broker) noneOfOurs() error {
	return failure.New(failure.NotFound, "no profile in %s uses awsbroker", b.Paths.Config).
		Hint("make one with: awsbroker setup PROFILE")
}

// HasProfile reports whether the config files have a profile of that name.
func (b *Broker) HasProfile(name string) bool {
	cfg, err := b.ReadConfig()
	return err == nil && cfg.Has(name)
}

// CheckServed returns a failure if AWS's tools would not ask awsbroker for a session of
// one of the profiles.
func (b *Broker) CheckServed(profiles []string) error {
	cfg, err := b.ReadConfig()
	if err != nil {
		return err
	}
	for _, name := range profiles {
		p, err := cfg.Resolve(name)
		if err != nil {
			return failure.OfConfig(err)
		}
		if !p.RunsUs() {
			return failure.New(failure.Usage, "AWS tools do not ask awsbroker for profile %s, because it has no credential_process for it", name).
				Hint("awsbroker setup %s", failure.SetupWord(name))
		}
		if file, line, ok := cfg.StaticKeys(name); ok {
			return failure.New(failure.Usage, "AWS tools do not ask awsbroker for profile %s, because it has an access key in plaintext, %s:%d", name, file, line).
				Hint("move it to the keychain: awsbroker add NAME --from-profile %s", say.ShellWord(name))
		}
	}
	return nil
}

// ofMissingKey returns the failure of a key that the keychain does not have. If the
// profile of that name has the key in plaintext, as before a person came to awsbroker, the
// hint moves it: to type it again would leave it there.
func (b *Broker) ofMissingKey(f *failure.Error, name string) *failure.Error {
	cfg, err := b.ReadConfig()
	if f.Reason != failure.NotFound || err != nil {
		return f
	}
	keys, err := cfg.ClearKeys(name)
	if err != nil || len(keys) == 0 || keys[0].Token {
		return f
	}
	f.Hints = nil
	return f.Hint("move it there from %s:%d: awsbroker add --from-profile %s", keys[0].File, keys[0].Line, say.ShellWord(name))
}
