package setup

import (
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/prompt"
)

// TestWaysInProfiles: what a profile may say is what package prompt knows.
func TestWaysInProfiles(t *testing.T) {
	parse := func(value string) error {
		cfg, err := config.Parse("config", []byte("[profile a]\nawsbroker_prompt = "+value+"\n"), "credentials", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = cfg.Resolve("a")
		return err
	}
	_, err := prompt.ParseWays("x")
	_, list, _ := strings.Cut(err.Error(), "a list of ")
	names := strings.FieldsFunc(strings.Replace(list, " or ", ",", 1), func(r rune) bool { return r == ',' || r == ' ' })
	if len(names) < 9 {
		t.Fatalf("ways: %q", names)
	}
	for _, name := range names {
		if err := parse(name); err != nil {
			t.Error(err)
		}
	}
	refusal := parse("x").Error()
	for _, name := range names {
		if !strings.Contains(refusal, name) {
			t.Errorf("no word of %s: %s", name, refusal)
		}
	}
}
