package console

import (
	"net/url"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/signin"
)

// TestLinkInCommand: the link takes the place of %u or %s, or comes last, and is one
// word whatever is in it.
func TestLinkInCommand(t *testing.T) {
	for command, want := range map[string]string{
		"firefox":                 "firefox|LINK",
		"open -a Firefox %u":      "open|-a|Firefox|LINK",
		"chrome --app=%u --quiet": "chrome|--app=LINK|--quiet",
		"lynx %s":                 "lynx|LINK",
		`'my browser' "%u"`:       "my browser|LINK",
	} {
		if got := strings.Join(newBrowser(config.ProcessWords(command)).words("LINK"), "|"); got != want {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}

func TestFamilies(t *testing.T) {
	for program, want := range map[string]string{
		"/usr/bin/firefox-esr": "--private-window", "librewolf": "--private-window", "chromium": "--incognito", "google-chrome-stable": "--incognito",
		"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge": "--inprivate", "brave-browser": "--incognito", "msedge.exe": "--inprivate", "xdg-open": "",
	} {
		if got := familyOf(program).private; got != want {
			t.Errorf("%s: %q, want %q", program, got, want)
		}
	}
	for _, name := range browsers() {
		if familyOf(name) == (family{}) {
			t.Errorf("%s is of no family", name)
		}
	}
}

// TestContainerLink: an extension reads back what was put in, whatever the name.
func TestContainerLink(t *testing.T) {
	const name, link = "prod & co=1 #ü", "http://127.0.0.1:4711/NONCE"
	for extension, scheme := range Containers {
		rest, ok := strings.CutPrefix(containerLink(extension, name, "red", link), scheme)
		values, err := url.ParseQuery(rest)
		if !ok || err != nil || values.Get("name") != name || values.Get("url") != link || values.Get("color") != "red" {
			t.Errorf("%s: %s %v", extension, rest, err)
		}
	}
}

// TestColors: the console has a number for each color that a profile can have.
func TestColors(t *testing.T) {
	if len(signin.Colors) != len(config.Colors) {
		t.Errorf("%v and %v", signin.Colors, config.Colors)
	}
	for _, color := range config.Colors {
		if signin.Colors[color] == "" {
			t.Errorf("the console has no %s", color)
		}
	}
}
