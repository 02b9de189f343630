package config

import "time"

// passphraseFor counts in [default] only: the encrypted file has one passphrase, and
// many profiles.
const passphraseFor = "passphrase_for"

// defaultPassphraseLife is a day of work, for which a desktop's keyring is open, too.
const defaultPassphraseLife = 8 * time.Hour

var passphraseLife = limits{time.Minute, 24 * time.Hour}

// PassphraseLife returns for how long the passphrase of the encrypted file is kept
// after a person has typed it, as awsbroker_passphrase_for in [default] says; 0 if it
// is not kept.
func (c *Config) PassphraseLife() (time.Duration, error) {
	if !c.Has("default") {
		return defaultPassphraseLife, nil
	}
	view, err := c.view("default")
	if err != nil {
		return 0, err
	}
	r := &resolver{view: view, profile: &Profile{}}
	value := r.readExact(prefix+passphraseFor, checkPassphraseLife)
	switch {
	case r.err != nil || value == "off":
		return 0, r.err
	case value == "":
		return defaultPassphraseLife, nil
	}
	life, _ := parseDuration(value)
	return life, nil
}

func checkPassphraseLife(value string) string {
	if value == "off" {
		return ""
	}
	if want := passphraseLife.check(value); want != "" {
		return want + `, or "off"`
	}
	return ""
}
