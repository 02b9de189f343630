package config

import (
	"strings"
	"testing"
	"time"
)

func TestPassphraseLife(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"":                        8 * time.Hour,
		"[default]\nregion = x-1": 8 * time.Hour,
		"[default]\nawsbroker_passphrase_for = 30m":      30 * time.Minute,
		"[default]\nawsbroker_passphrase_for = 600":      10 * time.Minute,
		"[default]\nawsbroker_passphrase_for = 1m":       time.Minute,
		"[default]\nawsbroker_passphrase_for = 24h":      24 * time.Hour,
		"[default]\nawsbroker_passphrase_for = off":      0,
		"[default]\nawsbroker_passphrase_for = 25h":      -1,
		"[default]\nawsbroker_passphrase_for = 30s":      -1,
		"[default]\nawsbroker_passphrase_for = 0":        -1,
		"[default]\nawsbroker_passphrase_for = for ever": -1,
		"[profile x]\nawsbroker_passphrase_for = off":    8 * time.Hour,
	} {
		cfg, err := Parse("config", []byte(text+"\n"), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		life, err := cfg.PassphraseLife()
		if want < 0 {
			if err == nil || life != 0 || !strings.Contains(err.Error(), `from 1m to 24h, like 3600 or 1h, or "off"`) {
				t.Errorf("%q: %s, %v", text, life, err)
			}
		} else if err != nil || life != want {
			t.Errorf("%q: %s, %v, want %s", text, life, err, want)
		}
	}
}

// TestPassphraseLifeElsewhere: where the setting does not count, that is told.
func TestPassphraseLifeElsewhere(t *testing.T) {
	for section, told := range map[string]bool{"profile x": true, "default": false} {
		cfg, err := Parse("config", []byte("["+section+"]\nawsbroker_passphrase_for = off\nawsbroker_key = x\n"), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := cfg.Resolve(strings.TrimPrefix(section, "profile "))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, problem := range p.Problems {
			found = found || problem.Kind == UnknownSetting && strings.Contains(problem.Text, "has an effect only in [default]")
		}
		if found != told {
			t.Errorf("[%s]: %v", section, p.Problems)
		}
	}
}
