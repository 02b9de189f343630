package config

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A mess is a config file such as several tools leave behind, with a note for
// each line whose it is. Editing is checked against these notes, not against
// the package's own idea of the file.
type mess []messLine

type messLine struct {
	text    string // with its ending
	section string
	key     string // of a setting and the lines below it; empty for comments, blank lines and headers
}

func (m mess) String() string {
	var b strings.Builder
	for _, line := range m {
		b.WriteString(line.text)
	}
	return b.String()
}

func (m mess) has(section string) bool {
	return slices.ContainsFunc(m, func(l messLine) bool { return l.section == section })
}

// newMess makes a legal file. The sections named are in it with the others.
func newMess(seed int64, sections ...string) mess {
	r := rand.New(rand.NewSource(seed))
	one := func(of ...string) string { return of[r.Intn(len(of))] }
	var m mess
	ending, mixed := one("\n", "\r\n"), r.Intn(4) == 0
	add := func(section, key, text string) {
		if mixed {
			ending = one("\n", "\r\n")
		}
		m = append(m, messLine{text + ending, section, key})
	}
	noise := func(section string) {
		for r.Intn(3) == 0 {
			add(section, "", one("", "  ", "\t", "# comment", "   ; region = no", "#[profile target]", "# Größe 世界 🌍", ";", "    # deep"))
		}
	}
	noise("")
	others := []string{"profile a", "profile a.b", "profile größe", `profile "q r"`, "services x", "sso-session s", "preview", "plugins"}
	sections = append(slices.Clone(sections), others[:r.Intn(len(others)+1)]...)
	r.Shuffle(len(sections), func(i, j int) { sections[i], sections[j] = sections[j], sections[i] })
	depth := 99 // a deeper line would continue the setting above
	indent := func(wish string) string {
		wish = wish[:min(len(wish), depth)]
		depth = len(wish)
		return wish
	}
	for _, section := range sections {
		margin := one("", "", "", "  ", "\t", "      ")
		add(section, "", indent(one("", margin))+"["+section+"]"+one("", "", " ", " # note", "; x"))
		depth = 99
		keys := []string{"region", "output", "s3", "role_arn", "source_profile", "mfa_serial", "x-y", "awsbroker_key", "cli_pager",
			"aws_access_key_id", "aws_secret_access_key", "colon", "größe", "credential_process"}
		r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		for _, key := range keys[:r.Intn(len(keys))] {
			noise(section)
			if r.Intn(8) == 0 {
				margin = one("", " ", "\t", "   ")
			}
			in := indent(margin)
			spelled := key
			if r.Intn(8) == 0 {
				spelled = strings.ToUpper(key[:1]) + key[1:]
			}
			switch {
			case key == "s3":
				add(section, key, in+"s3"+one(" =", "=", " = "))
				for range r.Intn(4) {
					if r.Intn(4) == 0 {
						add(section, "", one("", in+"  # in the block", "; x = y"))
					} else {
						add(section, key, in+one("  ", "\t", "     ")+one("a = b", "region = no", "x=[y]", "größe = 世界"))
					}
				}
			case key == "colon" || r.Intn(15) == 0:
				add(section, key, in+spelled+one(": ", ":", " : ")+one("x", "x = y", "#"))
			case r.Intn(8) == 0:
				add(section, key, in+spelled+one("=", " = ", " ="))
			case r.Intn(10) == 0:
				add(section, key, in+spelled+" = first")
				add(section, key, in+"  "+one("second ` \"\"\"", "region = no", "…"))
			default:
				add(section, key, in+spelled+one("=", " = ", "\t=  ")+one("v # w", "`", `"""`, `"q"`, "é\\", "%(region)s", "eu-west-1", "世界", "a = b", "[x]", "k")+one("", "", "", "  ", "\t"))
			}
		}
		noise(section)
	}
	if n := len(m); n > 0 && r.Intn(3) == 0 {
		m[n-1].text = strings.TrimRight(m[n-1].text, "\r\n")
		if m[n-1].text == "" {
			m = m[:n-1]
		}
	}
	return m
}

// edit is one operation on one section.
type edit struct {
	name    string
	profile string // for SetProfile
	section string // as in the file; one that is not there is added
	set     []Setting
	remove  []string
	keys    bool // RemoveKeys
}

func (e edit) apply(text []byte) ([]byte, error) {
	if e.keys {
		return RemoveKeys(text, e.section, e.remove)
	}
	return SetProfile(text, e.profile, e.set, e.remove)
}

var ourSettings = []Setting{
	{"region", "eu-west-1"},
	{"credential_process", "/usr/local/bin/awsbroker credential-process --profile target"},
	{"awsbroker_key", "k"},
	{"awsbroker_role_arn", role},
	{"awsbroker_mfa_serial", device},
	{"awsbroker_mfa_process", "code --for \"größe\" # not a comment"},
}

var (
	plainKeys  = []string{"role_arn", "source_profile", "mfa_serial", "external_id", "s3"}
	staticKeys = []string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}
)

var edits = []edit{
	{"new", "target", "profile target", ourSettings, nil, false},
	{"new, quoted", "target", `profile "target"`, ourSettings, nil, false}, // there in half of the files
	{"replace", "target", "profile target", ourSettings[:3], nil, false},
	{"convert", "target", "profile target", ourSettings, plainKeys, false},
	{"default", "default", "default", ourSettings[:1], staticKeys, false},
	{"profile default", "default", "profile default", ourSettings, plainKeys, false},
	{"remove keys", "", "profile target", nil, staticKeys, true},
	{"remove keys of a credentials file", "", "target", nil, append(staticKeys, "region"), true},
}

// TestMessyFiles edits some thousand files. CONFIG_SEED looks elsewhere.
func TestMessyFiles(t *testing.T) {
	first := int64(1)
	if text := os.Getenv("CONFIG_SEED"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		first = n
	}
	t.Logf("CONFIG_SEED=%d", first)
	for i := range int64(2000) {
		seed := first*1_000_003 + i
		e := edits[i%int64(len(edits))]
		var m mess
		if e.name == "new" || e.name == "new, quoted" && i%16 < 8 {
			e.section = "profile " + e.profile
			m = newMess(seed)
		} else {
			m = newMess(seed, e.section)
		}
		checkMess(t, fmt.Sprintf("CONFIG_SEED=%d, file %d, %s", first, i, e.name), m, e)
		if t.Failed() {
			return
		}
	}
}

func checkMess(t *testing.T, name string, m mess, e edit) {
	t.Helper()
	before := []byte(m.String())
	given := bytes.Clone(before)
	after, err := e.apply(given)
	if err != nil {
		t.Fatalf("%s: %v\n%q", name, err, before)
	}
	if !bytes.Equal(before, given) {
		t.Errorf("%s: the given text was changed", name)
	}
	again, err := e.apply(after)
	if err != nil || !bytes.Equal(again, after) {
		t.Errorf("%s: a second time: %v\n%q\n%q", name, err, after, again)
	}
	if problem := foreignStay(m, string(after), e); problem != "" {
		t.Errorf("%s: %s\nbefore %q\nafter  %q", name, problem, before, after)
	}
	if problem := reads(m, string(after), e); problem != "" {
		t.Errorf("%s: %s\nbefore %q\nafter  %q", name, problem, before, after)
	}
}

// foreignStay finds all lines that are not the edit's, in order, and between
// them nothing but what the edit writes, once each.
func foreignStay(m mess, after string, e edit) string {
	var foreign []string
	for _, line := range m {
		if line.section != e.section || line.key == "" || !e.touches(line.key) {
			foreign = append(foreign, line.text)
		}
	}
	own := map[string]bool{}
	for _, s := range e.set {
		own[s.Key+"="+s.Value] = true
	}
	if !m.has(e.section) {
		own["["+e.section+"]"], own[""] = true, true
	}
	for _, line := range splitLines(after) {
		if len(foreign) > 0 && (line == foreign[0] || !strings.HasSuffix(foreign[0], "\n") && strings.TrimRight(line, "\r\n") == foreign[0]) {
			foreign = foreign[1:] // the last line of the file may have got its ending
			continue
		}
		bare := strings.TrimSpace(line)
		if k, v, ok := strings.Cut(bare, "="); ok && bare[0] != '[' {
			bare = strings.ToLower(strings.TrimSpace(k)) + "=" + strings.TrimSpace(v)
		}
		if ends := lineEndings(m); len(ends) == 1 && strings.HasSuffix(line, "\n") && strings.HasSuffix(line, "\r\n") != (ends[0] == "\r\n") {
			return fmt.Sprintf("%q does not end as the file's lines do", line)
		}
		if !own[bare] {
			return fmt.Sprintf("%q is neither the file's nor the edit's, or not in its place", line)
		}
		delete(own, bare)
	}
	if len(foreign) > 0 {
		return fmt.Sprintf("%q is gone", foreign[0])
	}
	delete(own, "")
	if len(own) > 0 {
		return fmt.Sprintf("%v was not written", own)
	}
	return ""
}

// lineEndings are those in the file.
func lineEndings(m mess) []string {
	seen := map[string]bool{}
	for _, line := range m {
		if ending := line.text[len(strings.TrimRight(line.text, "\r\n")):]; ending != "" {
			seen[ending] = true
		}
	}
	return slices.Collect(maps.Keys(seen))
}

func (e edit) touches(key string) bool {
	return slices.Contains(e.remove, key) || slices.ContainsFunc(e.set, func(s Setting) bool { return s.Key == key })
}

// reads scans what came out, and compares every section and setting with the
// notes: none may have got another section, value or continuation.
func reads(m mess, after string, e edit) string {
	doc, err := readDocument("after", after)
	if err != nil {
		return err.Error()
	}
	var want, got []string
	section := ""
	added := map[string]bool{} // the edit's settings that a section has had already
	finish := func() {
		if section == e.section {
			for _, s := range e.set {
				if !added[s.Key] {
					want = append(want, "  "+s.Key+" "+s.Value)
				}
			}
		}
	}
	last := ""
	for _, line := range m {
		if line.section != section {
			finish()
			section, last = line.section, ""
			want = append(want, "["+section+"]")
		}
		if line.key == "" || line.key == last {
			continue // the lines below a setting are seen by their bytes
		}
		last = line.key
		if section != e.section || !e.touches(line.key) {
			value := line.text[strings.IndexAny(line.text, "=:")+1:]
			want = append(want, "  "+line.key+" "+strings.TrimSpace(value))
			continue
		}
		for _, s := range e.set {
			if s.Key == line.key {
				want = append(want, "  "+s.Key+" "+s.Value)
				added[s.Key] = true
			}
		}
	}
	finish()
	if !m.has(e.section) {
		section = e.section
		want = append(want, "["+section+"]")
		finish()
	}
	for _, s := range doc.sections() {
		got = append(got, "["+s.name+"]")
		for _, o := range s.all {
			got = append(got, "  "+o.name+" "+o.rawValue())
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Sprintf("reads as\n%q\nand not as\n%q", got, want)
	}
	return ""
}

// TestCorpusEdits edits the files that e2e/configdiff reads with botocore and
// the Go SDK too. Their names say which ones botocore refuses (bad-) and
// which ones only awsbroker does (strict-).
func TestCorpusEdits(t *testing.T) {
	paths, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(paths) < 100 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	set := []Setting{{"region", "eu-south-2"}, {"awsbroker_key", "k"}}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		after, err := SetProfile(text, "new-one", set, nil)
		illegal := strings.HasPrefix(name, "bad-") || strings.HasPrefix(name, "strict-") ||
			name == "credentials-bom.credentials" || name == "credentials-duplicate.credentials"
		if name == "bad-latin-1.config" && !localEncodingIsUTF8 {
			illegal = false
		}
		if illegal {
			if err == nil || after != nil {
				t.Errorf("%s: got %q, want a refusal", name, after)
			}
			if _, err := RemoveKeys(text, "profile a", []string{"region"}); err == nil {
				t.Errorf("%s: RemoveKeys accepts it", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rest, ok := bytes.CutPrefix(after, text)
		if want := "[profile new-one] region = eu-south-2 awsbroker_key = k"; !ok || strings.Join(strings.Fields(string(rest)), " ") != want {
			t.Errorf("%s: added %q", name, rest)
		}
		c := mustParse(t, string(text), "")
		for _, profile := range c.Names() {
			if !ValidProfileName(profile) {
				continue
			}
			after, err := SetProfile(text, profile, set, []string{"external_id"})
			if err != nil {
				if !strings.HasPrefix(name, "name-") || !strings.Contains(err.Error(), "are the same profile") {
					t.Errorf("%s: %s: %v", name, profile, err)
				}
				continue
			}
			for _, s := range set {
				if got := mustParse(t, string(after), "").entry(profile).config[0].option(s.Key).rawValue(); got != s.Value {
					t.Errorf("%s: %s of %s is %q", name, s.Key, profile, got)
				}
			}
			again, err := SetProfile(after, profile, set, []string{"external_id"})
			if err != nil || !bytes.Equal(again, after) {
				t.Errorf("%s: %s: a second time: %q, %v", name, profile, again, err)
			}
		}
	}
}

// TestDuplicatesAreRefused puts a duplicate at a random place and looks for
// both line numbers in the refusal.
func TestDuplicatesAreRefused(t *testing.T) {
	for seed := range int64(200) {
		m := newMess(seed, "profile target")
		var first, second int
		text := m.String()
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		for i, line := range m {
			if line.section == "profile target" && first == 0 {
				first = i + 1 // the header
			}
		}
		second = strings.Count(text, "\n") + 2
		text += "# the same again\n[profile target] # x\n"
		for _, edit := range edits {
			after, err := edit.apply([]byte(text))
			if err == nil || after != nil {
				t.Fatalf("%s: accepted\n%q", edit.name, text)
			}
			for _, line := range []int{first, second} {
				if !strings.Contains(err.Error(), strconv.Itoa(line)) {
					t.Errorf("%s: %v does not name line %d", edit.name, err, line)
				}
			}
		}
		// And a setting twice.
		text = strings.Replace(text, "[profile target] # x\n", "[profile last]\nx-y = 1\n\nX-Y = 1\n", 1)
		_, err := SetProfile([]byte(text), "target", ourSettings, nil)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprint(second+1)) || !strings.Contains(err.Error(), fmt.Sprintf(":%d:", second+3)) {
			t.Fatalf("%v\n%q", err, text)
		}
	}
}

// TestManyProfiles is a file as some companies generate it.
func TestManyProfiles(t *testing.T) {
	text := manyProfiles(5000)
	start := time.Now()
	for _, at := range []int{0, 2500, 4999} {
		header := strings.Split(text, "\n\n")[at]
		header = header[:strings.Index(header, "\n")]
		name := strings.TrimSuffix(strings.TrimPrefix(header, "[profile "), "]")
		after, err := SetProfile([]byte(text), name, []Setting{{"region", "eu-south-2"}}, []string{"output"})
		if err != nil {
			t.Fatal(err)
		}
		i := strings.Index(text, header)
		want := text[:i] + strings.Replace(strings.Replace(text[i:], "region = eu-central-1", "region = eu-south-2", 1), "output = json\n", "", 1)
		if string(after) != want {
			t.Errorf("%s: something else changed", name)
		}
	}
	after, err := SetProfile([]byte(text), "new-one", ourSettings, nil)
	if err != nil || !bytes.HasPrefix(after, []byte(text)) {
		t.Errorf("a new profile: %v", err)
	}
	t.Logf("four edits of 5,000 profiles: %v", time.Since(start))
}

// TestHeaderInAContinuation holds an edit that would take lines with it in
// which the Go SDK sees a profile.
func TestHeaderInAContinuation(t *testing.T) {
	text := "[profile target]\nregion = x\n  [profile b]\n  role_arn = y\noutput = json\n"
	for _, edit := range edits[2:4] {
		if _, err := edit.apply([]byte(text)); err == nil || !strings.Contains(err.Error(), ":3: ") {
			t.Errorf("%s: %v", edit.name, err)
		}
	}
	if _, err := RemoveKeys([]byte(text), "profile target", []string{"REGION"}); err == nil {
		t.Error("RemoveKeys accepted it")
	}
	if _, err := SetProfile([]byte(text), "target", []Setting{{"output", "text"}}, nil); err != nil {
		t.Error(err)
	}
}
