package grant

import (
	"encoding/json"
	"math"
	"math/rand"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode"
	"unicode/utf8"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 123e6, time.UTC)

func sample() Grant {
	return Grant{
		Time: noon, Profile: "admin", RoleARN: "arn:aws:iam::123456789012:role/admin-mfa", Account: "123456789012",
		AccessKeyID: "ASIAEXAMPLE", Expires: noon.Add(time.Hour).Truncate(time.Second), How: Asked,
		Command: "credential-process", Caller: "aws", PID: 4711, Dir: "/home/phoebe/infra",
	}
}

func parse(line []byte) (g Grant, ok bool) { return g, json.Unmarshal(line, &g) == nil }

func TestLine(t *testing.T) {
	want := `{"time":"2026-11-24T12:00:00.123Z","profile":"admin","role_arn":"arn:aws:iam::123456789012:role/admin-mfa",` +
		`"account":"123456789012","access_key_id":"ASIAEXAMPLE","expires":"2026-11-24T13:00:00Z","how":"asked",` +
		`"command":"credential-process","caller":"aws","pid":4711,"directory":"/home/phoebe/infra"}` + "\n"
	if got := string(sample().AppendLine(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestLineHoldsAnyText: it comes back as it was, and the line has nothing that
// a terminal would obey.
func TestLineHoldsAnyText(t *testing.T) {
	round := func(text string) bool {
		g := sample()
		g.Profile, g.Caller, g.Dir = text, text, text
		line := g.AppendLine(nil)
		for _, r := range strings.TrimSuffix(string(line), "\n") {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				return false
			}
		}
		back, ok := parse(line)
		want := strings.ToValidUTF8(text, "\uFFFD")
		if strings.ContainsRune(want, utf8.RuneError) { // each bad byte is one character
			want = string([]rune(text))
		}
		return ok && back.Profile == want && back.Caller == want && back.Dir == want
	}
	for _, text := range []string{"", `"`, `\`, "a\nb", "\x1b[2J", "\u202egro.kcatta", "\U000E0041x", "日本語 ünïcode 👩‍💻", "\xff\xfe", `{"time":"`, "\u2028", "\x00"} {
		if !round(text) {
			t.Errorf("%q does not come back", text)
		}
	}
	if err := quick.Check(func(text string) bool { return len(text) > 60 || round(text) }, &quick.Config{Rand: rand.New(rand.NewSource(1)), MaxCount: 5000}); err != nil {
		t.Error(err)
	}
}

// TestLineIsBounded: whatever its texts are, a line is written in one piece.
func TestLineIsBounded(t *testing.T) {
	for _, unit := range []string{"x", "\n", "日", "\U000E0041", "\xff", `"`} {
		long := strings.Repeat(unit, 100_000)
		g := Grant{Time: noon, Profile: long, RoleARN: long, Account: long, AccessKeyID: long, Expires: noon, How: How(long), Command: long, Caller: long, PID: math.MinInt, Dir: long}
		line := g.AppendLine(nil)
		if len(line) > MaxLine {
			t.Errorf("%q: %d bytes", unit, len(line))
		}
		back, ok := parse(line)
		if !ok || !strings.HasSuffix(back.Dir, "…") || !utf8.Valid(line) {
			t.Errorf("%q: %v, %.60q", unit, ok, back.Dir)
		}
	}
	for _, n := range []int{maxName - 6, maxName - 3, maxName - 2, maxName, maxName + 1} {
		g := sample()
		g.Profile = strings.Repeat("x", n)
		if back, ok := parse(g.AppendLine(nil)); !ok || len(back.Profile) > maxName || n <= maxName-3 && back.Profile != g.Profile {
			t.Errorf("%d: %d long", n, len(back.Profile))
		}
	}
}
