package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// installed is a path of awsbroker's that begins at the root, as this system has them.
var installed, _ = filepath.Abs("/opt/awsbroker")

// TestMisread: lines beside our credential_process that AWS's tools read in
// several ways.
func TestMisread(t *testing.T) {
	ours := "credential_process = " + installed + " credential-process --profile x\n"
	for lines, want := range map[string][]ProblemKind{
		ours: nil,
		"credential_process = awsbroker credential-process --profile x\n":                      nil,
		"credential_process = ./awsbroker credential-process --profile x\n":                    {UnportableProcess},
		"credential_process = ~/bin/awsbroker credential-process --profile x\n":                {UnportableProcess},
		"credential_process = $HOME/awsbroker credential-process --profile x\n":                {UnportableProcess},
		`credential_process = "/opt/my bin/awsbroker" credential-process --profile "x"` + "\n": {UnportableProcess},
		"credential_process = " + installed + " credential-process --profile x --region a;b\n": {UnportableProcess},
		"credential_process = " + installed + " credential-process --profile x # mine\n":       {TrailingComment},
		"credential_process = " + installed + " credential-process --profile y\n":              {OtherProfile},
		ours + `output = "json"` + "\n":                                                        {QuotedValue},
		ours + "output = 'json'\n":                                                             {QuotedValue},
		ours + `output = "json` + "\n":                                                         nil,
		ours + "output = json ; text\n":                                                        {TrailingComment},
		ours + "output = json#text\n":                                                          nil,
		ours + "cli_pager = less [x]\n":                                                        {Brackets},
		ours + "awsbroker_mfa_process = pick [x] # y\n":                                        {Brackets},
		ours + "awsbroker_mfa_process = \"a b\" --c \"d\"\n":                                   nil,
		ours + "# [x] = y\n":                                 nil,
		ours + "include_profile = y\n":                       {UnknownSetting},
		"mfa_process = date\nawsbroker_mfa_process = date\n": nil,
		"parent_profile = y\nmfa_process = date\n":           {UnknownSetting, UnknownSetting}, // of aws-vault
		"output = \"json\"\nawsbroker_key = k\n":             nil,                              // not ours to serve to AWS's tools
	} {
		p := resolve(t, "[profile x]\n"+lines, "x")
		var got []ProblemKind
		for _, problem := range p.Problems {
			got = append(got, problem.Kind)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v: %s", lines, got, want, problems(p))
		}
	}
}

func TestCommentedKeys(t *testing.T) {
	secret := strings.Repeat("k", 40)
	kept := "[a]\n# aws_secret_access_key = is in the keychain\n; aws_access_key_id = AKIAIOSFODNN7EXAMPLE\nregion = x\n"
	text := "# top aws_secret_access_key=" + secret + "\r\n" + kept + "  #aws_secret_access_key = " + secret + "\n[b]\n;AWS_SECRET_ACCESS_KEY: " + secret
	c := mustParse(t, "", text)
	var got []string
	for _, o := range c.CommentedKeys() {
		got = append(got, fmt.Sprint(o.Line, o.Section))
		if o.Value != "" {
			t.Error("an origin has the secret")
		}
	}
	if want := []string{"1", "6a", "8b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if after := string(RemoveCommentedKeys([]byte(text))); after != kept+"[b]\n" {
		t.Errorf("got %q", after)
	}
}

func TestDropByteOrderMark(t *testing.T) {
	for before, after := range map[string]string{
		"": "", "[a]\n": "[a]\n", "\ufeff[a]\n": "[a]\n", "\ufeff": "", "[a]\n\ufeff": "[a]\n\ufeff",
	} {
		if got := string(DropByteOrderMark([]byte(before))); got != after {
			t.Errorf("%q: got %q", before, got)
		}
	}
}

// TestMisnamedKeys: a secret is found by its looks under the names that people give
// it, and nothing else is taken for one.
func TestMisnamedKeys(t *testing.T) {
	secret := strings.Repeat("k", 40)
	c := mustParse(t, "[profile a]\nAWS_Secret_Key = "+secret+"\nsecret = short\nexternal_id = "+secret+"\n",
		"[b]\naws_secret_access_key = "+secret+"\naws_access_key = \""+secret+"\"\n")
	var got []string
	for _, o := range c.MisnamedKeys() {
		got = append(got, fmt.Sprint(o.Line, o.Section, " ", o.Key))
		if o.Value != "" {
			t.Error("an origin has the secret")
		}
	}
	if want := []string{"2profile a aws_secret_key", "3b aws_access_key"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOverridden: of two values the one that does not count is told, and settings that
// are in one file only, or alike in both, are not.
func TestOverridden(t *testing.T) {
	ours := "[profile a]\nregion = eu-west-1\nawsbroker_key = k\ncredential_process = " + installed + " credential-process --profile a\n"
	c := mustParse(t, ours, "[a]\nregion = eu-west-1\nawsbroker_key = other\nawsbroker_log = off\n")
	p, err := c.Resolve("a")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Problems) != 1 || p.Problems[0].Kind != Overridden || p.Problems[0].Origin.Line != 3 || !strings.Contains(p.Problems[0].Text, "line 3 of") {
		t.Errorf("%v", p.Problems)
	}
}
