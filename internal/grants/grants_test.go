package grants

import (
	"math/rand"
	"os"
	"path/filepath"
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

func TestLine(t *testing.T) {
	want := `{"time":"2026-11-24T12:00:00.123Z","profile":"admin","role_arn":"arn:aws:iam::123456789012:role/admin-mfa",` +
		`"account":"123456789012","access_key_id":"ASIAEXAMPLE","expires":"2026-11-24T13:00:00Z","how":"asked",` +
		`"command":"credential-process","caller":"aws","pid":4711,"directory":"/home/phoebe/infra"}` + "\n"
	if got := string(sample().line()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestLineHoldsAnyText: it comes back as it was, and the line has nothing that
// a terminal would obey.
func TestLineHoldsAnyText(t *testing.T) {
	round := func(text string) bool {
		g := sample()
		g.Profile, g.Caller, g.Dir = text, text, text
		line := g.line()
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
		g := Grant{Time: noon, Profile: long, RoleARN: long, Account: long, AccessKeyID: long, Expires: noon, How: How(long), Command: long, Caller: long, PID: -1 << 63, Dir: long}
		line := g.line()
		if len(line) > maxLine {
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
		if back, ok := parse(g.line()); !ok || len(back.Profile) > maxName || n <= maxName-3 && back.Profile != g.Profile {
			t.Errorf("%d: %d long", n, len(back.Profile))
		}
	}
}

// TestReadToleratesWhatIsSpoiled: half lines, other text, zeros after a power
// cut; the whole lines around them are found.
func TestReadToleratesWhatIsSpoiled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	whole := string(sample().line())
	half := whole[:100]
	for name, c := range map[string]struct {
		text          string
		want, spoiled int
	}{
		"nothing":                 {"", 0, 0},
		"one":                     {whole, 1, 0},
		"half, then one":          {half + whole + whole, 2, 1},
		"half a line by itself":   {half + "\n" + whole, 1, 1},
		"being written":           {whole + half, 1, 0},
		"without an end of line":  {whole + strings.TrimSuffix(whole, "\n"), 1, 0},
		"zeros":                   {strings.Repeat("\x00", 5000) + whole, 1, 1},
		"very many zeros":         {strings.Repeat("\x00", 1<<20) + "\n" + whole, 1, 1},
		"other text":              {"hello\n\n{}\n[1]\n" + whole, 1, 4},
		"a field of another sort": {strings.Replace(whole, `"pid":4711`, `"pid":"x"`, 1) + whole, 1, 1},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		lines, spoiled, err := Read(path)
		if err != nil || len(lines) != c.want || spoiled != c.spoiled {
			t.Errorf("%s: %d lines, %d spoiled, %v; want %d, %d", name, len(lines), spoiled, err, c.want, c.spoiled)
		}
		for _, l := range lines {
			if l.Grant != sample() || string(l.Raw)+"\n" != whole {
				t.Errorf("%s: %+v from %s", name, l.Grant, l.Raw)
			}
		}
	}
}

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "log")
	if err := rotate(path, 100); err != nil {
		t.Errorf("without a log: %v", err)
	}
	for i := range 5 {
		g := sample()
		g.PID = i
		if err := write(path, g); err != nil {
			t.Fatal(err)
		}
		if err := rotate(path, 500); err != nil { // two lines are more than that
			t.Fatal(err)
		}
	}
	lines, spoiled, err := Read(path)
	if err != nil || spoiled != 0 || len(lines) != 3 || lines[0].PID != 2 || lines[2].PID != 4 {
		t.Errorf("%d lines, %d spoiled, %v: %+v", len(lines), spoiled, err, lines)
	}
}
