package grants

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/grant"
)

// FuzzLine: whatever people call their profiles and programs, a grant is one line, short,
// fit for a terminal, and comes back, its long texts cut.
func FuzzLine(f *testing.F) {
	f.Add("admin", "arn:aws:iam::123456789012:role/admin-mfa", "aws", "/home/phoebe/infra", "", 4711, int64(1764000000123))
	f.Add("a\"\\\n\x1b[2J", "\u202e\U000e0001", "\xff", strings.Repeat("€\"", 2000), "claude", -1, int64(0))
	f.Fuzz(func(t *testing.T, profile, role, caller, dir, agent string, pid int, milliseconds int64) {
		at := time.UnixMilli(milliseconds % 200_000_000_000_000).UTC()
		if at.IsZero() || at.Year() < 0 || at.Year() > 9999 {
			return
		}
		g := grant.Grant{Time: at, Profile: profile, RoleARN: role, Caller: caller, Dir: dir, Agent: agent, PID: pid, Expires: at.Truncate(time.Second), How: grant.Asked, Command: "exec"}
		line := g.AppendLine(nil)
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		if !ended || len(line) > grant.MaxLine || !json.Valid(text) || !utf8.Valid(line) || bytes.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q is no line", line)
		}
		back, raw, ok := find(text)
		if !ok || !bytes.Equal(raw, text) || !back.Time.Equal(g.Time) || !back.Expires.Equal(g.Expires) || back.PID != pid || back.How != g.How || back.Command != g.Command {
			t.Fatalf("%+v comes back as %+v, %v", g, back, ok)
		}
		for was, is := range map[string]string{profile: back.Profile, role: back.RoleARN, caller: back.Caller, dir: back.Dir, agent: back.Agent} {
			cut, wasCut := strings.CutSuffix(is, "…")
			if was = string([]rune(was)); is != was && !(wasCut && strings.HasPrefix(was, cut)) {
				t.Errorf("%q comes back as %q", was, is)
			}
		}
	})
}

// FuzzReadLines: whole lines are found whatever lies between them, and nothing is made up.
func FuzzReadLines(f *testing.F) {
	whole := sample().AppendLine(nil)
	f.Add([]byte(""), []byte("\n"))
	f.Add(whole[:100], []byte{})
	f.Add(bytes.Repeat([]byte{0}, 5000), []byte("\n{}\n"))
	f.Add([]byte("{\"version\":2}\n"), whole[:50])
	f.Fuzz(func(t *testing.T, before, behind []byte) {
		text := bytes.Join([][]byte{whole, before, []byte("\n"), whole, behind}, nil)
		lines, spoiled, err := readLines(bytes.NewReader(text))
		if err != nil || len(lines) < 2 || lines[0].Grant != sample() {
			t.Fatalf("%d lines, %d spoiled, %v of %q", len(lines), spoiled, err, text)
		}
		found := 0
		for _, l := range lines {
			if l.Grant == sample() {
				found++
			}
			if !bytes.Contains(text, l.Raw) || bytes.ContainsAny(l.Raw, "\n") {
				t.Errorf("%q is no line of %q", l.Raw, text)
			}
		}
		if found < 2 {
			t.Errorf("%d of 2 lines are found in %q", found, text)
		}
	})
}
