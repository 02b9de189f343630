package doctor

import (
	"strings"
	"testing"
)

func TestFirstHelper(t *testing.T) {
	const section = "credential.https://git-codecommit.*.amazonaws.com.helper\n"
	const ours = section + "!awsbroker git-credential --profile admin --repository x"
	for name, tt := range map[string]struct {
		settings []string
		want     string
	}{
		"nothing":                  {nil, ""},
		"ours alone":               {[]string{ours}, ""},
		"others alone":             {[]string{"credential.helper\nstore"}, ""},
		"another before":           {[]string{"credential.helper\nstore", "user.name\nphoebe", ours}, "store"},
		"one that is forgotten":    {[]string{"credential.helper\nstore", section, ours}, ""},
		"another in the section":   {[]string{"credential.helper\nstore", section, section + "cache", ours}, "cache"},
		"another behind":           {[]string{section, ours, section + "cache"}, ""},
		"of another host":          {[]string{"credential.https://github.com.helper\nstore", ours}, ""},
		"the first of two":         {[]string{"credential.helper\ncache", "credential.helper\nstore", ours}, "cache"},
		"forgotten, but too early": {[]string{section, "credential.helper\nstore", ours}, "store"},
	} {
		var list strings.Builder
		for _, s := range tt.settings {
			list.WriteString("file:/home/phoebe/.gitconfig\x00" + s + "\x00")
		}
		file, helper, profile := firstHelper(list.String())
		if helper != tt.want || tt.want != "" && (file != "/home/phoebe/.gitconfig" || profile != "admin") {
			t.Errorf("%s: %q of %q, profile %q", name, helper, file, profile)
		}
	}
}

// TestFirstHelperOfAKey: the command that mends it is for the key, whatever its name is.
func TestFirstHelperOfAKey(t *testing.T) {
	for name, want := range map[string]string{"phoebe": "--key phoebe", "x;reboot": "--key 'x;reboot'"} {
		list := "file:a\x00credential.helper\nstore\x00file:a\x00credential.helper\n!awsbroker git-credential --key " + name + "\x00"
		if _, helper, whose := firstHelper(list); helper != "store" || whose != want {
			t.Errorf("%s: %q %q", name, helper, whose)
		}
	}
}
