//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/doctor"
)

// TestDoctorFindingsAreTried: a finding that no fixture has is one that nobody
// has seen.
func TestDoctorFindingsAreTried(t *testing.T) {
	var tried []string
	for _, a := range ailments() {
		tried = append(tried, a.id)
	}
	var known []string
	for _, k := range doctor.FindingKinds() {
		known = append(known, k.ID)
		if !slices.Contains(tried, k.ID) {
			t.Errorf("no fixture has %s", k.ID)
		}
		if strings.HasSuffix(k.Why, ".") || k.Severity.String() == "" {
			t.Errorf("%+v", k)
		}
	}
	for i, id := range tried {
		if !slices.Contains(known, id) || slices.Contains(tried[:i], id) {
			t.Errorf("%s is no finding, or is tried twice", id)
		}
	}
}

const doctorHead = `# What awsbroker doctor finds

` + "`awsbroker doctor`" + ` looks at this machine, the profiles and the environment, ` + "`--account`" + ` at the AWS account as well. Each
finding has a name that does not change, for ` + "`--json`" + ` and for scripts; the exit code is 1 if one is serious. ` + "`--fix`" + ` mends
those with a star, after showing the change and asking.

The tables are made by ` + "`make doctor`" + `, which has a set-up for each finding; the tests hold them to it.

`

// doctorDoc is docs/doctor.md, from what doctor says in each fixture.
func doctorDoc(table []ailment, shown []string) string {
	var b strings.Builder
	b.WriteString(doctorHead)
	for _, severity := range []doctor.Severity{doctor.Serious, doctor.Warning, doctor.Note} {
		name := severity.String()
		fmt.Fprintf(&b, "## %s\n\n| finding | for example | why | mend |\n|---|---|---|---|\n", strings.ToUpper(name[:1])+name[1:])
		for i, a := range table {
			if k := kindOf(a.id); k.Severity == severity {
				f := findingIn(shown[i], a.id)
				fmt.Fprintf(&b, "| `%s`%s | %s | %s | %s |\n", a.id, f.star, f.title, k.Why, f.mend)
			}
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func kindOf(id string) *doctor.FindingKind {
	kinds := doctor.FindingKinds()
	return kinds[slices.IndexFunc(kinds, func(k *doctor.FindingKind) bool { return k.ID == id })]
}

type findingText struct{ title, mend, star string }

// findingIn finds one in what doctor says to a person.
func findingIn(text, id string) findingText {
	var f findingText
	_, text, _ = strings.Cut(text, ": "+id+"\n")
	text, rest, _ := strings.Cut(text, "\n\n")
	part := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if label := strings.TrimSpace(line[:min(9, len(line))]); label == "where" || label == "why" || label == "fix" {
			part, line = label, line[9:]
		} else if part != "" {
			label = ""
		}
		switch {
		case part == "":
			f.title += " " + strings.TrimSpace(line)
		case part == "fix" && strings.HasPrefix(line, "         ") && isCommand(strings.TrimSpace(line)):
			f.mend += ": `" + strings.TrimSpace(line) + "`"
		case part == "fix" && f.mend == "" && isCommand(line):
			f.mend = "`" + line + "`"
		case part == "fix":
			f.mend += " " + strings.TrimSpace(line)
		}
	}
	if strings.Contains(rest, "to fix") {
		f.star = " *"
	}
	f.title, f.mend = strings.TrimSpace(f.title), strings.TrimSpace(f.mend)
	for _, s := range []*string{&f.title, &f.mend} {
		*s = passwordID.ReplaceAllString(*s, "ACCAEXAMPLE")
		*s = strings.ReplaceAll(thisVersion.ReplaceAllString(*s, "and this is v1.0.0"), "|", `\|`)
	}
	return f
}

var (
	thisVersion = regexp.MustCompile(`and this is .*`)
	passwordID  = regexp.MustCompile(`\bACCA[A-Z0-9]{17}\b`) // another one in each run
)

func isCommand(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return slices.Contains([]string{"awsbroker", "aws", "${EDITOR:-vi}", "chmod", "rm", "diff", "ls", "unset", "export", "sudo"}, word)
}

func wantDoctorDoc(t *testing.T, table []ailment, shown []string) {
	t.Helper()
	path := filepath.Join("..", "docs", "doctor.md")
	text := doctorDoc(table, shown)
	if os.Getenv("AWSBROKER_WRITE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if is, err := os.ReadFile(path); err != nil || string(is) != text {
		t.Errorf("docs/doctor.md is not what doctor says (%v); run: make doctor\n%s", err, text)
	}
}
