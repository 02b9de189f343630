package broker

import (
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/prompt"
)

// ChooseProfile is the profile that a command works on: the one asked for,
// else the environment's, else default if it is one that awsbroker serves,
// else the only one of ours. guessed says that it was the last.
func (b *Broker) ChooseProfile(asked string) (name string, guessed bool, err error) {
	if name := firstOf(asked, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")); name != "" {
		return name, false, nil
	}
	cfg, err := b.config()
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
		return "", false, failed(NotFound, "no profile in %s uses awsbroker", prompt.Clean(b.Paths.Config)).
			hint("make one with: awsbroker setup PROFILE")
	case 1:
		return ours[0], true, nil
	}
	return "", false, failed(Usage, "which profile? there are %s", prompt.Clean(strings.Join(ours, ", "))).
		hint("name one with --profile, or set AWS_PROFILE")
}

// HasProfile reports whether the config files have a profile of that name.
func (b *Broker) HasProfile(name string) bool {
	cfg, err := b.config()
	return err == nil && cfg.Has(name)
}
