package config

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// addCorpus gives a target the files of testdata/corpus, one peculiarity each.
func addCorpus(f *testing.F, ending string, more ...any) {
	f.Helper()
	paths, err := filepath.Glob("testdata/corpus/*" + ending)
	if err != nil || len(paths) < 10 {
		f.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]any{string(text)}, more...)...)
	}
}

// FuzzQuickPass holds the quick pass against the scanner that reads every line, as
// TestQuickPassIsStrict does.
func FuzzQuickPass(f *testing.F) {
	addCorpus(f, ".config")
	f.Fuzz(func(t *testing.T, text string) {
		if !hasByteOrderMark(text) { // which the scanner does not know
			checkQuickPass(t, text)
		}
	})
}

// FuzzSections holds edits of one section to its bytes: what is in front of its header
// and from the next header on stays as it was, and so does every line of it that is not
// the edited settings'.
func FuzzSections(f *testing.F) {
	addCorpus(f, ".config", "region")
	addCorpus(f, ".credentials", "aws_access_key_id")
	f.Fuzz(func(t *testing.T, text, key string) {
		doc, err := readDocument("file", text)
		if err != nil {
			return
		}
		for _, s := range doc.sections() {
			after, err := RemoveKeys([]byte(text), s.name, []string{key})
			if err != nil {
				continue // a line that looks like a part of a value
			}
			front, own, back := cutSection(doc, s)
			rest, kept := strings.CutPrefix(string(after), front)
			rest, alsoKept := strings.CutSuffix(rest, back)
			if !kept || !alsoKept || !areLinesOf(rest, own) {
				t.Fatalf("without %q [%s] is\n%q\nand was\n%q", key, s.name, after, text)
			}
			is, err := readDocument("file", string(after))
			if err != nil || is.sectionNamed(s.name).option(strings.ToLower(key)) != nil {
				t.Fatalf("%q is not gone: %v\n%q\n%q", key, err, text, after)
			}
			if o := s.option(strings.ToLower(key)); o == nil && string(after) != text {
				t.Fatalf("nothing to remove, and yet\n%q\nis\n%q", text, after)
			}
		}
	})
}

// cutSection returns the bytes in front of a section, its own, and those from the next
// header on.
func cutSection(d *document, s *section) (front, own, back string) {
	lines, end := splitLines(d.text), len(splitLines(d.text))
	for _, other := range d.sections() {
		if other.line > s.line {
			end = min(end, other.line-1)
		}
	}
	return strings.Join(lines[:s.line-1], ""), strings.Join(lines[s.line-1:end], ""), strings.Join(lines[end:], "")
}

// areLinesOf reports whether text is lines of another one, in its order.
func areLinesOf(text, of string) bool {
	lines := splitLines(of)
	for _, line := range splitLines(text) {
		i := slices.Index(lines, line)
		if i < 0 {
			return false
		}
		lines = lines[i+1:]
	}
	return true
}

// FuzzUndo adds a profile, or takes the lines of one out and puts them back: each time
// the file is what it was, but for the end of its last line.
func FuzzUndo(f *testing.F) {
	addCorpus(f, ".config", "v")
	f.Fuzz(func(t *testing.T, text, value string) {
		set := []Setting{{"region", "eu-west-1"}, {"awsbroker_key", value}}
		for _, profile := range []string{"a", "default", "target"} {
			if own := Section([]byte(text), profile); own != nil {
				back, err := SwapSection([]byte(text), profile, own)
				if err != nil || string(back) != text {
					t.Fatalf("%s by itself: %v\n%q\n%q", profile, err, text, back)
				}
				undoEdit(t, text, profile, own, set)
				continue
			}
			after, err := SetProfile([]byte(text), profile, set, nil)
			if err != nil {
				continue
			}
			back, err := SwapSection(after, profile, nil)
			if err != nil || trimEnd(back) != trimEnd([]byte(text)) {
				t.Fatalf("%s added and removed: %v\n%q\n%q\n%q", profile, err, text, after, back)
			}
		}
	})
}

// undoEdit is what bootstrap --undo does with a profile that was there.
func undoEdit(t *testing.T, text, profile string, own []byte, set []Setting) {
	t.Helper()
	after, err := SetProfile([]byte(text), profile, set, []string{"role_arn"})
	if err != nil {
		return
	}
	back, err := SwapSection(after, profile, own)
	if err != nil || trimEnd(back) != trimEnd([]byte(text)) {
		t.Fatalf("%s edited and put back: %v\n%q\n%q\n%q", profile, err, text, after, back)
	}
}

func trimEnd(text []byte) string { return string(bytes.TrimRight(text, "\r\n")) }

// FuzzClearKeys moves keys in clear out of a credentials file, and puts one in: no
// secret of those that were found stays, and nothing else goes.
func FuzzClearKeys(f *testing.F) {
	addCorpus(f, ".credentials")
	f.Add("[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n#aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("", nil, "credentials", []byte(text))
		if err != nil {
			return
		}
		for _, name := range c.Names() {
			keys, err := c.ClearKeys(name)
			if err != nil {
				continue // half a key
			}
			after, err := RemoveClearKeys("credentials", []byte(text), keys)
			if err != nil {
				continue // a line that looks like a part of a value
			}
			is, err := Parse("", nil, "credentials", after)
			if err != nil || !areLinesOf(string(after), text) || !slices.Equal(is.Names(), c.Names()) {
				t.Fatalf("%s: %v\n%q\n%q", name, err, text, after)
			}
			if left, err := is.ClearKeys(name); err != nil || len(left) > 0 {
				t.Fatalf("%s has %d keys of %d: %v\n%q\n%q", name, len(left), len(keys), err, text, after)
			}
		}
		bare := RemoveCommentedKeys([]byte(text))
		if is, err := Parse("", nil, "credentials", bare); err != nil || len(is.CommentedKeys()) > 0 || !areLinesOf(string(bare), text) {
			t.Fatalf("comments: %v\n%q\n%q", err, text, bare)
		}
	})
}
