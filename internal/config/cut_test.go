package config

import (
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"
)

// pieces are what lines are put together from: a bit of everything that some
// reader of such files treats in a way of its own.
var pieces = []string{
	"[profile a]", "[profile b]", "[default]", "[x", "[]", "[DEFAULT]", "]", "region", "Region", "role_arn", "sts", "endpoint_url",
	" = ", "=", ":", " ", "  ", "\t", "#", ";", "eu-west-1", "`", `"""`, "é", "\u00a0", "\x1c", "\x00", "\r", "\xff", "%", "\\",
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.Intn(12) {
		switch r.Intn(4) {
		case 0:
			b.WriteString("[profile " + string(rune('a'+r.Intn(4))) + "]")
		case 1:
			b.WriteString("name" + itoa(r.Intn(4)) + " = value")
		default:
			for range r.Intn(5) {
				b.WriteString(pieces[r.Intn(len(pieces))])
			}
		}
		b.WriteString([]string{"\n", "\n", "\n", "\r\n", ""}[r.Intn(5)])
	}
	return b.String()
}

// TestQuickPassIsStrict holds the quick pass against the scanner that reads
// every line: they must take and refuse the same files, and see the same.
func TestQuickPassIsStrict(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	taken := 0
	for range 50_000 {
		if checkQuickPass(t, randomText(r)) {
			taken++
		}
	}
	if taken < 5000 {
		t.Errorf("only %d files were taken", taken)
	}
}

// checkQuickPass reports whether the text was taken.
func checkQuickPass(t *testing.T, text string) bool {
	t.Helper()
	quick, err := readDocument("file", text)
	strict := &document{path: "file", text: text}
	strict.growTable(16)
	want := strict.scan(0, len(text), 1)
	if (err == nil) != (want == nil) || err != nil && err.Error() != want.Error() {
		t.Fatalf("%q:\n%v\nand not\n%v", text, err, want)
	}
	if err != nil {
		return false
	}
	if got, want := summary(quick), summary(strict); !slices.Equal(got, want) {
		t.Fatalf("%q reads as\n%q\nand not as\n%q", text, got, want)
	}
	return true
}

func summary(d *document) (all []string) {
	for _, s := range d.sections() {
		all = append(all, "["+s.name+"] "+itoa(s.line)+" "+itoa(s.last)+" "+itoa(s.indent))
		for _, o := range s.all {
			all = append(all, o.name+" "+itoa(o.line)+" "+o.text+"|"+strings.Join(o.rest, "|"))
			if s.option(o.name).line != o.line {
				all = append(all, "is not found")
			}
		}
	}
	return all
}

// TestReadingIsLinear: for ten times the text there may not be much more than ten
// times as many allocations, nor as much time, as ini.v1 takes where it gets settings
// that nobody asks for.
func TestReadingIsLinear(t *testing.T) {
	shapes := map[string]func(n int) string{
		"one section of many settings": func(n int) string {
			var b strings.Builder
			b.WriteString("[profile a]\n")
			for i := range n {
				b.WriteString("setting-" + itoa(i) + " = value\n")
			}
			return b.String()
		},
		"one section of many settings of ours that do not exist": func(n int) string {
			var b strings.Builder
			b.WriteString("[profile a]\nawsbroker_key = k\n")
			for i := range n {
				b.WriteString("awsbroker_x" + itoa(100_000+i) + " = value\n")
			}
			return b.String()
		},
		"one large section and many small ones": func(n int) string {
			var b strings.Builder
			b.WriteString("[profile a]\n")
			for i := range n {
				b.WriteString("setting-" + itoa(i) + " = value\n")
			}
			for i := range n {
				b.WriteString("[profile p" + itoa(i) + "]\n Region = x\n")
			}
			return b.String()
		},
		"many profiles": func(n int) string { return manyProfiles(n) + "[profile a]\nawsbroker_key = k\n" },
		"a block of many lines": func(n int) string {
			return "[profile a]\nawsbroker_key = k\ns3 =\n" + strings.Repeat("  x = y\n", n)
		},
	}
	read := func(text []byte) {
		c, err := Parse("config", text, "credentials", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Resolve("a"); err != nil {
			t.Fatal(err)
		}
		c.Ours()
	}
	for name, shape := range shapes {
		allocations := func(n int) float64 {
			text := []byte(shape(n))
			return testing.AllocsPerRun(1, func() { read(text) })
		}
		if few, many := allocations(2000), allocations(20_000); many > 12*few {
			t.Errorf("%s: %.0f allocations, and %.0f for ten times as much", name, few, many)
		}
	}
	if testing.Short() {
		return
	}
	took := func(shape func(n int) string) time.Duration {
		text, fastest := []byte(shape(50_000)), time.Hour
		for range 3 { // other programs make one run slower, and seldom all
			start := time.Now()
			read(text)
			fastest = min(fastest, time.Since(start))
		}
		return fastest
	}
	plain := took(shapes["many profiles"])
	for name, shape := range shapes {
		if long := took(shape); long > 5*plain {
			t.Errorf("%s: %s, and as many profiles %s", name, long, plain)
		}
	}
}

func BenchmarkHugeSection(b *testing.B) {
	var text strings.Builder
	text.WriteString("[profile a]\nawsbroker_key = k\n")
	for i := range 40_000 {
		text.WriteString("setting-" + itoa(i) + " = value\n")
	}
	data := []byte(text.String())
	for b.Loop() {
		c, err := Parse("config", data, "credentials", nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Resolve("a"); err != nil {
			b.Fatal(err)
		}
	}
}
