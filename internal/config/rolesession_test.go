package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// withRole is a profile with a role and these lines; its first is line 3.
func withRole(lines ...string) string {
	return "[profile a]\nrole_arn = " + role + "\n" + strings.Join(lines, "\n") + "\n"
}

func TestRoleSession(t *testing.T) {
	p := resolve(t, withRole(
		"awsbroker_source_identity = phoebe@work",
		"session_tags = Project=apollo, Größe=a=b ,Note=two words, Empty=",
		"transitive_session_tags = project , Note",
		`session_policy = { "Version": "2012-10-17", "Statement": [] }`,
		"session_policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess,arn:aws:iam::123456789012:policy/team/x",
	), "a")
	want := RoleSession{
		SourceIdentity: "phoebe@work",
		Tags:           []Tag{{"Project", "apollo"}, {"Größe", "a=b"}, {"Note", "two words"}, {"Empty", ""}},
		TransitiveTags: []string{"project", "Note"},
		Policy:         `{"Version":"2012-10-17","Statement":[]}`,
		PolicyARNs:     []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/team/x"},
	}
	if !reflect.DeepEqual(p.RoleSession, want) {
		t.Errorf("got  %+v\nwant %+v", p.RoleSession, want)
	}
	if len(p.Problems) > 0 {
		t.Errorf("problems: %v", p.Problems)
	}
	// None of it is inherited: it is of one role's session.
	next := resolve(t, "[profile next]\nrole_arn = "+role+"2\nsource_profile = a\n"+withRole("session_tags = A=b", "source_identity = me"), "next")
	if !reflect.DeepEqual(next.RoleSession, RoleSession{}) {
		t.Errorf("inherited: %+v", next.RoleSession)
	}
}

// Each of AWS's limits has its own text, and the line it is about.
func TestRoleSessionLimits(t *testing.T) {
	tags := func(n, length int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("T%d=%s", i, strings.Repeat("ä", length)))
		}
		return "session_tags = " + strings.Join(all, ",")
	}
	policy := func(n int) string {
		const frame = `{"Statement":""}`
		return "session_policy = " + frame[:14] + strings.Repeat("x", n-len(frame)) + frame[14:]
	}
	arns := func(n int) string {
		return "session_policy_arns = " + strings.TrimSuffix(strings.Repeat("arn:aws:iam::aws:policy/A,", n), ",")
	}
	for _, good := range []string{tags(50, 256), policy(2048), arns(10), "session_tags = " + strings.Repeat("k", 128) + "=v", "source_identity = ab"} {
		resolve(t, withRole(good), "a")
	}
	for line, says := range map[string]string{
		tags(51, 1):  "must be at most 50 tags (there are 51)",
		tags(1, 257): "must be tags whose values have at most 256 characters (T0 has more)",
		"session_tags = " + strings.Repeat("k", 129) + "=v":       "must be tags whose keys have at most 128 characters",
		"session_tags = AWS:x=y":                                  `must be tags whose keys do not begin with "aws:", which AWS reserves`,
		"session_tags = Team=a,team=b":                            `must be tags with different keys ("team" is there twice; AWS ignores upper and lower case in keys)`,
		"session_tags = Team=a*b":                                 "must be tags of letters, digits, spaces and _.:/=+-@ (Team has another character)",
		"session_tags = Team":                                     "must be like Project=apollo,Team=ops",
		"session_tags = A=b,":                                     "must be like Project=apollo,Team=ops",
		"session_tags = =b":                                       "must be like Project=apollo,Team=ops",
		"transitive_session_tags = Team":                          `names the tag "Team", which session_tags does not set`,
		policy(2049):                                              "is a policy of 2049 characters, not counting white space, and AWS allows 2048",
		`session_policy = {"a":"` + "\u2014" + `"}`:               "has a character that AWS does not allow in a policy (beyond U+00FF)",
		`session_policy = {"a":`:                                  "is not a JSON object: unexpected end of JSON input",
		`session_policy = ["a"]`:                                  "is not a JSON object: ",
		"session_policy = file://policy.json":                     "must be JSON, or file:// and an absolute path",
		"session_policy = file://" + installed:                    "names a file that cannot be read: ",
		"session_policy = file://" + filepath.Clean(os.TempDir()): "names a file that cannot be read: " + filepath.Clean(os.TempDir()) + " is not a regular file",
		arns(11):                               "must be at most 10 ARNs (there are 11)",
		"session_policy_arns = ReadOnlyAccess": "must be ARNs of managed policies, like ",
		"session_policy_arns = arn:aws-cn:iam::aws:policy/A":       "is neither a policy of the role's account nor one of AWS's in partition \"aws\"",
		"session_policy_arns = arn:aws:iam::210987654321:policy/A": "is neither a policy of the role's account nor one of AWS's in partition \"aws\"",
		"source_identity = a":      "must be 2 to 64 letters, digits or any of _+=,.@-",
		"source_identity = aws:me": "must be 2 to 64 letters, digits or any of _+=,.@-",
	} {
		_, err := mustParse(t, withRole(line), "").Resolve("a")
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "config:3: [profile a] ") {
			t.Errorf("%.60s:\ngot  %v\nwant %s", line, err, says)
		}
	}
}

// A setting for the session of a role is no ornament of a profile that has none.
func TestRoleSessionWithoutRole(t *testing.T) {
	for _, line := range []string{"session_tags = A=b", "source_identity = me", `session_policy = {}`, "session_policy_arns = arn:aws:iam::aws:policy/A"} {
		e := resolveError[*RoleSessionError](t, "[profile a]\n"+line+"\n", "a")
		if e.Origin.Line != 2 || !strings.Contains(e.Error(), "the profile has no role_arn") {
			t.Errorf("%s: %v", line, e)
		}
	}
}

func TestRoleSessionInChain(t *testing.T) {
	source := "[profile s]\nrole_arn = " + role + "2\nsession_tags = Team=ops,Own=x\ntransitive_session_tags = Team\nsource_identity = me\n"
	resolve(t, source+withRole("source_profile = s", "session_tags = own=y", "source_identity = me"), "a")
	for line, says := range map[string]string{
		"session_tags = TEAM=dev": `sets the tag "TEAM", which is transitive in profile "s": AWS passes it on and does not allow another value`,
		"source_identity = you":   `differs from that of profile "s": AWS passes that one on and does not allow another`,
	} {
		e := resolveError[*RoleSessionError](t, source+withRole("source_profile = s", line), "a")
		if !strings.Contains(e.Error(), says) || e.Origin.Line != 9 {
			t.Errorf("got %v", e)
		}
	}
	e := resolveError[*PartitionError](t, source+"[profile a]\nsource_profile = s\nrole_arn = arn:aws-cn:iam::123456789012:role/x\n", "a")
	if e.A.Line != 8 || e.B.Line != 2 {
		t.Errorf("got %v", e)
	}
	p := resolve(t, source+withRole("source_profile = s", "mfa_serial = "+device), "a")
	if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text, `mfa_serial belongs in profile "s"`) {
		t.Errorf("problems: %v", p.Problems)
	}
}

func TestSessionPolicyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "policy.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("{\n\t\"Version\": \"2012-10-17\"\n}\n")
	p := resolve(t, withRole("session_policy = file://"+path), "a")
	if p.Policy != `{"Version":"2012-10-17"}` || p.PolicyFile != path {
		t.Errorf("got %+v", p.RoleSession)
	}
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	if p := resolve(t, withRole("session_policy = file://~/policy.json"), "a"); p.PolicyFile != path {
		t.Errorf("in the home directory: %+v", p.RoleSession)
	}
	write(strings.Repeat(" ", 70<<10))
	if e := resolveError[*RoleSessionError](t, withRole("session_policy = file://"+path), "a"); !strings.Contains(e.Error(), "too long") {
		t.Errorf("got %v", e)
	}
}
