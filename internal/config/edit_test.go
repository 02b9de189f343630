package config

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestSetProfile(t *testing.T) {
	set := []Setting{{"region", "eu-central-1"}, {"awsbroker_key", "phoebe"}}
	for _, test := range []struct{ name, before, after string }{
		{"empty file", "", "[profile a]\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
		{"appended", "# mine\n[default]\noutput=json\n",
			"# mine\n[default]\noutput=json\n\n[profile a]\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
		{"appended without final newline", "[default]",
			"[default]\n\n[profile a]\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
		{"appended after a blank line", "[default]\n\n",
			"[default]\n\n[profile a]\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
		{"CRLF", "[default]\r\n\r\n[profile a]\r\noutput=json",
			"[default]\r\n\r\n[profile a]\r\noutput=json\r\nregion = eu-central-1\r\nawsbroker_key = phoebe\r\n"},
		{"in place", "[profile a]\n# where\nregion=x\noutput = json\n\n# next\n[profile b]\n",
			"[profile a]\n# where\nregion = eu-central-1\noutput = json\nawsbroker_key = phoebe\n\n# next\n[profile b]\n"},
		{"same value untouched", "[profile a]\nregion=eu-central-1  \nAWSBROKER_key =phoebe\n",
			"[profile a]\nregion=eu-central-1  \nAWSBROKER_key =phoebe\n"},
		{"removed with its block", "[profile a]\nrole_arn = x\n  more\n  # kept\n  more\ns3 =\n  a = b\n",
			"[profile a]\n  # kept\ns3 =\n  a = b\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
		{"last one removed", "[profile a]\nrole_arn = x\n\n[profile b]\n",
			"[profile a]\nregion = eu-central-1\nawsbroker_key = phoebe\n\n[profile b]\n"},
		{"continued value replaced", "[profile a]\nregion = x\n  y\noutput = json",
			"[profile a]\nregion = eu-central-1\noutput = json\nawsbroker_key = phoebe\n"},
		{"continued last value replaced", "[profile a]\nregion = x\n  y",
			"[profile a]\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
		{"colon replaced", "[profile a]\nregion: eu-central-1\n",
			"[profile a]\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
		{"indented", "[profile a]\n  region = x\n  output = json\n  [profile b]\n",
			"[profile a]\n  region = eu-central-1\n  output = json\n  awsbroker_key = phoebe\n  [profile b]\n"},
		{"indented next header", "[profile a]\n  [profile b]\n  region = x\n",
			"[profile a]\n  region = eu-central-1\n  awsbroker_key = phoebe\n  [profile b]\n  region = x\n"},
		{"quoted header", "[profile 'a'] # mine\n", "[profile 'a'] # mine\nregion = eu-central-1\nawsbroker_key = phoebe\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := SetProfile([]byte(test.before), "a", set, []string{"role_arn"})
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.after {
				t.Errorf("got\n%q\nwant\n%q", got, test.after)
			}
			again, err := SetProfile(got, "a", set, []string{"role_arn"})
			if err != nil || !bytes.Equal(again, got) {
				t.Errorf("a second time: %q, %v", again, err)
			}
		})
	}
}

func TestSetDefault(t *testing.T) {
	set := []Setting{{"region", "x"}}
	for before, after := range map[string]string{
		"":                    "[default]\nregion = x\n",
		"[profile default]\n": "[profile default]\nregion = x\n",
		"[default]\n":         "[default]\nregion = x\n",
	} {
		if got, err := SetProfile([]byte(before), "default", set, nil); err != nil || string(got) != after {
			t.Errorf("%q: got %q, %v", before, got, err)
		}
	}
}

func TestSetProfileRefuses(t *testing.T) {
	for _, test := range []struct {
		profile string
		set     Setting
		remove  string
	}{
		{"a b", Setting{"region", "x"}, ""}, {"", Setting{"region", "x"}, ""}, {"a]", Setting{"region", "x"}, ""}, {"a\nb", Setting{"region", "x"}, ""},
		{"a", Setting{"region", ""}, ""}, {"a", Setting{"region", "x\ny"}, ""}, {"a", Setting{"region", " x"}, ""}, {"a", Setting{"region", "x\u0085y"}, ""},
		{"a", Setting{"Region", "x"}, ""}, {"a", Setting{"", "x"}, ""}, {"a", Setting{"a b", "x"}, ""}, {"a", Setting{"a=b", "x"}, ""}, {"a", Setting{"a:b", "x"}, ""},
		{"a", Setting{"region", "x # y"}, ""}, {"a", Setting{"region", ";x"}, ""}, {"a", Setting{"credential_process", `"x y"`}, ""}, {"a", Setting{"region", "\xff"}, ""},
		{"a", Setting{"output", `"`}, ""}, {"a", Setting{"awsbroker_mfa_process", "'"}, ""},
		{"a", Setting{"region", "x"}, "region"}, {"a", Setting{"region", "x"}, "a\nb"},
	} {
		var remove []string
		if test.remove != "" {
			remove = []string{test.remove}
		}
		if got, err := SetProfile(nil, test.profile, []Setting{test.set}, remove); err == nil {
			t.Errorf("%+v: got %q", test, got)
		}
	}
	if _, err := SetProfile(nil, "a", []Setting{{"x", "1"}, {"x", "2"}}, nil); err == nil {
		t.Error("the same key twice was accepted")
	}
}

// TestLookalikes are headers in which other tools than the AWS CLI see the
// profile, so that adding it would make it two.
func TestLookalikes(t *testing.T) {
	for _, header := range []string{"[ profile a ]", "[profile a] # x]", "[profile a # x]", "[profile a;x]"} {
		_, err := SetProfile([]byte("# x\n"+header+"\noutput = json\n"), "a", []Setting{{"region", "x"}}, nil)
		if err == nil || !strings.Contains(err.Error(), ":2: ") || !strings.Contains(err.Error(), "change it to [profile a]") {
			t.Errorf("%s: %v", header, err)
		}
	}
	if _, err := SetProfile([]byte("[ default ]\n"), "default", []Setting{{"region", "x"}}, nil); err == nil {
		t.Error("[ default ] was accepted")
	}
	if _, err := SetProfile([]byte("[profile a.b]\n[profilea]\n[a]\n[profile b a]\n"), "a", []Setting{{"region", "x"}}, nil); err != nil {
		t.Error(err)
	}
}

func TestRemoveKeys(t *testing.T) {
	before := "[a]\r\naws_access_key_id = x\r\n; note\r\naws_secret_access_key = y\r\nregion = z\r\n[b]\r\naws_access_key_id = x\r\n"
	got, err := RemoveKeys([]byte(before), "a", []string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token"})
	if want := "[a]\r\n; note\r\nregion = z\r\n[b]\r\naws_access_key_id = x\r\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := RemoveKeys([]byte(before), "c", nil); err == nil {
		t.Error("a section that is not there was accepted")
	}
}

func TestDiff(t *testing.T) {
	before := []byte("[profile a]\r\nregion = x\r\n# aws_secret_access_key = CANARY\r\naws_session_token=CANARY\r\n")
	after, err := SetProfile(before, "a", []Setting{{"region", "y"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "--- /c\n+++ /c\n@@ -1,4 +1,4 @@\n [profile a]\n-region = x\n+region = y\n # aws_secret_access_key = [hidden]\n aws_session_token= [hidden]\n"
	if got := Diff("/c", before, after); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Diff("/c", before, before); got != "" {
		t.Errorf("no change: %q", got)
	}
	if got := Diff("/c", nil, []byte("[a]\n\x1b[2J\u202e")); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("control characters: %q", got)
	}
}

// checkEdit takes the edited lines out of both texts and compares the rest.
func checkEdit(t *testing.T, before, after string, set []Setting, remove []string) {
	t.Helper()
	foreign := func(text string, added bool) []string {
		e, err := newEditor([]byte(text), "target")
		if err != nil {
			t.Fatalf("%v\n%q", err, text)
		}
		skip := map[int]bool{}
		if e.section != nil {
			for _, o := range e.section.all {
				isSet := slices.ContainsFunc(set, func(s Setting) bool { return s.Key == o.name })
				if isSet || slices.Contains(remove, o.name) {
					for _, line := range append([]int{o.line}, o.more...) {
						skip[line] = true
					}
				}
			}
			if added {
				skip[e.section.line] = true
			}
		}
		var lines []string
		for i, line := range e.lines {
			if !skip[i+1] {
				lines = append(lines, line)
			}
		}
		return lines
	}
	b, _ := newEditor([]byte(before), "target")
	added := b.section == nil
	got, want := foreign(after, added), foreign(before, false)
	if added && len(got) == len(want)+1 && strings.TrimRight(got[len(got)-1], "\r\n") == "" {
		got = got[:len(got)-1] // the blank line before a new section
	}
	for i := range want {
		if i < len(got) && got[i] != want[i] && strings.TrimRight(got[i], "\r\n") == want[i] {
			want[i] = got[i] // the last line of the file got its line ending
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("foreign lines changed:\n%q\n%q", before, after)
	}
	values, _ := newEditor([]byte(after), "target")
	for _, s := range set {
		if o := values.section.option(s.Key); o == nil || o.rawValue() != s.Value {
			t.Fatalf("%s is not set:\n%q", s.Key, after)
		}
	}
}

func FuzzSetProfile(f *testing.F) {
	f.Add("[default]\nregion = x\n", "v")
	f.Add("[profile target]\r\ns3 =\r\n  a = b\r\nregion=y", "`")
	f.Add("  [profile a]\n  x = 1\n# c\n\n[profile target]\n", `"""`)
	f.Add("[profile 'target']\n-=`\n\"k\"=\"\"\"\n[a] b]\n", "a#b;c")
	f.Add(";\r\n\r", "x")
	for seed := range 5 {
		f.Add(newMess(int64(seed), "profile target").String(), "x")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		c, err := Parse("config", []byte(text), "credentials", nil)
		if err == nil {
			for _, name := range c.Names() {
				_, _ = c.Resolve(name)
			}
			c.Ours()
		}
		set := []Setting{{"awsbroker_key", value}, {"region", "eu-west-1"}}
		after, err := SetProfile([]byte(text), "target", set, []string{"s3"})
		if err != nil {
			if strings.Contains(err.Error(), "the edit would") || strings.Contains(err.Error(), "the edit of") {
				t.Fatalf("%v\n%q", err, text)
			}
			return
		}
		checkEdit(t, text, string(after), set, []string{"s3"})
		again, err := SetProfile(after, "target", set, []string{"s3"})
		if err != nil || !bytes.Equal(again, after) {
			t.Fatalf("a second time: %v\n%q\n%q", err, after, again)
		}
	})
}
