package config_test

import (
	"testing"

	"github.com/awsbroker/awsbroker/internal/config"
)

// TestProposeRegion: the nearest profile that has a region says which.
func TestProposeRegion(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"none":                       {"[profile new]\nawsbroker_key = k\n", ""},
		"the source's":               {"[profile base]\nregion = eu-west-1\n[profile other]\nawsbroker_key = base\nregion = eu-west-2\n[profile new]\nsource_profile = base\nrole_arn = arn:aws:iam::123456789012:role/x\n", "eu-west-1"},
		"that of the key's own":      {"[profile k]\nregion = eu-west-1\n[profile other]\nawsbroker_key = k\nregion = eu-west-2\n[profile new]\nawsbroker_key = k\n", "eu-west-1"},
		"all sisters'":               {"[profile a]\nawsbroker_key = k\nregion = eu-west-1\n[profile b]\nawsbroker_key = k\nregion = eu-west-1\n[profile c]\nawsbroker_key = k\n[profile new]\nawsbroker_key = k\n", "eu-west-1"},
		"sisters that disagree":      {"[profile a]\nawsbroker_key = k\nregion = eu-west-1\n[profile b]\nawsbroker_key = k\nregion = eu-west-2\n[profile new]\nawsbroker_key = k\n", ""},
		"they, and a default":        {"[default]\nregion = us-west-2\n[profile a]\nawsbroker_key = k\nregion = eu-west-1\n[profile b]\nawsbroker_key = k\nregion = eu-west-2\n[profile new]\nawsbroker_key = k\n", "us-west-2"},
		"those of another key":       {"[profile a]\nawsbroker_key = other\nregion = eu-west-1\n[profile new]\nawsbroker_key = k\n", ""},
		"a default of no use":        {"[default]\nregion = my region\n[profile new]\nawsbroker_key = k\n", ""},
		"those of another partition": {"[default]\nregion = cn-north-1\n[profile a]\nawsbroker_key = k\nregion = us-gov-west-1\n[profile new]\nawsbroker_key = k\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := config.Parse("config", []byte(c.text), "credentials", nil)
			if err != nil {
				t.Fatal(err)
			}
			p, err := cfg.Resolve("new")
			if err != nil {
				t.Fatal(err)
			}
			if got := cfg.ProposeRegion(p); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
