package config

import (
	"fmt"
	"strings"
	"testing"
)

const (
	clearID     = "AKIAIOSFODNN7EXAMPLE"
	clearSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func clearLines(id, secret string) string {
	return "aws_access_key_id = " + id + "\naws_secret_access_key = " + secret + "\n"
}

func clearKeys(t *testing.T, config, credentials, profile string) []string {
	t.Helper()
	c, err := Parse("config", []byte(config), "credentials", []byte(credentials))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := c.ClearKeys(profile)
	if err != nil {
		return []string{err.Error()}
	}
	var all []string
	for _, k := range keys {
		all = append(all, fmt.Sprintf("%s:%d [%s] %s %s %v", k.File, k.Line, k.Section, k.ID, k.Secret.Reveal(), k.Token))
	}
	return all
}

func TestClearKeys(t *testing.T) {
	lines := clearLines(clearID, clearSecret)
	for _, tt := range []struct{ name, config, credentials, profile, want string }{
		{"credentials", "", "[x]\n" + lines, "x", "credentials:2 [x] " + clearID + " " + clearSecret + " false"},
		{"config", "[profile x]\nregion = eu-west-1\n" + lines, "", "x", "config:3 [profile x] " + clearID + " " + clearSecret + " false"},
		{"default", "", "[default]\n" + lines, "default", "credentials:2 [default] " + clearID + " " + clearSecret + " false"},
		{"capitals", "", "[x]\nAWS_Access_Key_ID=" + clearID + "\nAWS_SECRET_ACCESS_KEY=" + clearSecret, "x", "credentials:2 [x] " + clearID + " " + clearSecret + " false"},
		{"temporary", "", "[x]\n" + lines + "aws_session_token = t\n", "x", "credentials:2 [x] " + clearID + " " + clearSecret + " true"},
		{"both files", "[profile x]\n" + lines, "[x]\n" + lines, "x", "credentials:2 [x] " + clearID + " " + clearSecret + " false\nconfig:2 [profile x] " + clearID + " " + clearSecret + " false"},
		{"none", "[profile x]\nregion = eu-west-1\n", "", "x", ""},
		{"no such profile", "", "", "x", ""},
		{"half", "", "[x]\naws_secret_access_key = " + clearSecret, "x", "has only one of"},
		{"colon", "", "[x]\naws_access_key_id: " + clearID + "\naws_secret_access_key: " + clearSecret, "x", "is set with a colon"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(clearKeys(t, tt.config, tt.credentials, tt.profile), "\n")
			if got != tt.want && (tt.want == "" || strings.HasPrefix(tt.want, "c") || !strings.Contains(got, tt.want)) {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
			if strings.Contains(tt.want, "has only one") && strings.Contains(got, clearSecret) {
				t.Error("the error holds the secret")
			}
		})
	}
}

func TestRemoveClearKeys(t *testing.T) {
	before := "# mine\r\n[x]\r\n aws_access_key_id = " + clearID + "\r\n region = eu-west-1\r\n aws_secret_access_key=" + clearSecret + "\r\n\r\n[y]\r\n" +
		"aws_access_key_id = AKIAIOSFODNN7OTHER00\r\naws_secret_access_key = other\r\n"
	c, err := Parse("config", nil, "credentials", []byte(before))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := c.ClearKeys("x")
	if err != nil {
		t.Fatal(err)
	}
	want := "# mine\r\n[x]\r\n region = eu-west-1\r\n\r\n[y]\r\naws_access_key_id = AKIAIOSFODNN7OTHER00\r\naws_secret_access_key = other\r\n"
	for _, text := range []string{before, want} { // the second time there is nothing to do
		after, err := RemoveClearKeys("credentials", []byte(text), keys)
		if err != nil || string(after) != want {
			t.Errorf("%q %v", after, err)
		}
	}
	// A key that took its place meanwhile is not the one that was read.
	changed := strings.ReplaceAll(before, clearSecret, "another")
	if after, err := RemoveClearKeys("credentials", []byte(changed), keys); err != nil || string(after) != changed {
		t.Errorf("%q %v", after, err)
	}
	if after, err := RemoveClearKeys("config", []byte(before), keys); err != nil || string(after) != before {
		t.Errorf("another file: %q %v", after, err)
	}
}
