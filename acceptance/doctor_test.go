//go:build linux

package acceptance

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// patient is a person for whom everything is in order. The code comes from a
// command, so that nobody has to be at a terminal.
func patient(t *testing.T) *world { return patientOf(t, -1) }

func patientOf(t *testing.T, uid int) *world {
	t.Helper()
	w := bare(t, uid)
	w.Env = append(w.Env, "AWS_ENDPOINT_URL_IAM="+w.URL)
	w.AWS.Account.Root().EnableMFA("")
	for _, k := range w.AWS.User.AccessKeys() {
		if k.ID != w.AWS.Key.ID {
			w.AWS.Server.Key(k.ID).Delete()
		}
	}
	w.AddKey("phoebe", w.AWS.Key)
	w.adminProfile()
	return w
}

func (w *world) Config() string      { return w.Path("home/.aws/config") }
func (w *world) credentials() string { return w.Path("home/.aws/credentials") }
func (w *world) record() string      { return w.Path("home/.local/state/awsbroker/keystore.json") }

// adminProfile writes the config file anew, with more lines of the profile.
func (w *world) adminProfile(more ...string) {
	w.t.Helper()
	w.Write(w.Config(), "")
	w.Profile("admin", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, append([]string{"awsbroker_mfa_process = cat " + w.Path("code")}, more...)...)
}

// edit replaces a text in a file, which has to be there.
func (w *world) edit(path, old, new string) {
	w.t.Helper()
	text := w.Read(path)
	if !strings.Contains(text, old) {
		w.t.Fatalf("there is no %q in %s", old, text)
	}
	w.Write(path, strings.ReplaceAll(text, old, new))
}

// diagnosis is what doctor says to machines.
type diagnosis struct {
	Findings  []finding
	Unchecked []struct{ Check, Problem string }
	Checked   []string
}

type finding struct {
	ID, Severity, Title, Why, Advice, Fix, File string
	Line                                        int
	Fixable                                     bool
}

func (d diagnosis) ids() []string {
	ids := []string{}
	for _, f := range d.Findings {
		ids = append(ids, f.ID)
	}
	return ids
}

func (d diagnosis) serious() bool {
	for _, f := range d.Findings {
		if f.Severity == "serious" {
			return true
		}
	}
	return false
}

// examine runs doctor and holds its exit code to its findings.
func (w *world) examine(args ...string) diagnosis {
	w.t.Helper()
	r := w.Run(append([]string{"doctor", "--json"}, args...)...)
	return w.readDiagnosis(r)
}

func (w *world) readDiagnosis(r machine.Result) diagnosis {
	w.t.Helper()
	var d diagnosis
	if err := json.Unmarshal([]byte(r.Stdout), &d); err != nil {
		w.t.Fatalf("%v: %v", err, r)
	}
	want := 0
	if d.serious() {
		want = 1
	}
	if r.Code != want {
		w.t.Errorf("exit %d, want %d: %v", r.Code, want, r)
	}
	return d
}

// wantFindings holds a diagnosis to exactly these findings.
func (w *world) wantFindings(d diagnosis, ids ...string) {
	w.t.Helper()
	got := slices.Sorted(slices.Values(d.ids()))
	slices.Sort(ids)
	if !slices.Equal(got, ids) {
		w.t.Errorf("found %q, want %q: %+v", got, ids, d)
	}
	for _, f := range d.Findings {
		if f.Title == "" || f.Why == "" || f.Advice == "" && f.Fix == "" || f.Line > 0 && f.File == "" {
			w.t.Errorf("half a finding: %+v", f)
		}
	}
}

// disk is all that is on a person's disk, with modes and times.
func (w *world) disk() string {
	w.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(w.Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == w.Path("tmp") { // where doctor makes a directory and takes it away
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v %s", path, info.Mode(), info.ModTime().Format(time.RFC3339Nano))
		if e.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(data))
		}
		b.WriteString("\n")
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

// TestDoctorFindsNothing in a set-up that awsbroker made.
func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	w := patient(t)
	before := w.disk()
	d := w.examine()
	w.wantFindings(d)
	if len(d.Unchecked) > 0 || len(d.Checked) < 5 {
		t.Errorf("%+v", d)
	}
	if w.disk() != before {
		t.Error("doctor changed something on the disk")
	}
	w.Write(w.Path("code"), w.Code())
	d = w.examine("--account")
	w.wantFindings(d)
	if len(d.Unchecked) > 0 {
		t.Errorf("%+v", d)
	}
	r := w.Run("doctor", "--fix")
	if r.Code != 0 || !strings.HasPrefix(r.Stdout, "nothing found; checked: ") {
		t.Errorf("%v", r)
	}

	// At a terminal, as a person has it.
	w.edit(w.Config(), "awsbroker_mfa_process", "# awsbroker_mfa_process")
	w.wantFindings(w.readDiagnosis(w.At(machine.NewTerminal(t), "doctor", "doctor", "--json").Outcome()))
}

// TestDoctorFinds each of its findings in a set-up made for it, and nothing
// else there; changes nothing; mends what it says it can; and is what
// docs/doctor.md says.
func TestDoctorFinds(t *testing.T) {
	table := ailments()
	shown := make([]string, len(table))
	t.Run("each", func(t *testing.T) {
		for i, a := range table {
			t.Run(a.id, func(t *testing.T) {
				t.Parallel()
				shown[i] = a.try(t)
			})
		}
	})
	if !t.Failed() && !slices.Contains(shown, "") { // all of them ran
		wantDoctorDoc(t, table, shown)
	}
}

// try makes the fixture, and returns what doctor says of it to a person.
func (a ailment) try(t *testing.T) string {
	w := a.fixture(t)
	before := w.disk()
	args := []string{}
	if a.account {
		w.Write(w.Path("code"), w.Code())
		args = append(args, "--account")
		before = "" // a session is kept
	}
	run := func(args ...string) machine.Result {
		cmd := w.Command(w.Bin, args...)
		if a.under != nil {
			cmd = w.Command(a.under[0], append(append(a.under[1:], w.Bin), args...)...)
		}
		return w.Finish(cmd)
	}
	d := w.readDiagnosis(run(append([]string{"doctor", "--json"}, args...)...))
	w.wantFindings(d, append([]string{a.id}, a.also...)...)
	for _, u := range d.Unchecked {
		if !strings.Contains(a.unchecked, u.Check) {
			t.Errorf("not checked: %+v", u)
		}
	}
	text := run(append([]string{"doctor"}, args...)...)
	if before != "" && w.disk() != before {
		t.Errorf("doctor changed something:\n%s\nwas\n%s", w.disk(), before)
	}
	if len(d.Findings) > 0 && d.Findings[0].Fixable {
		r := run("doctor", "--fix", "--yes", "--json")
		w.wantFindings(w.readDiagnosis(r), a.left...)
		if r := run("doctor", "--fix", "--yes"); strings.Contains(r.Stderr, "fixed") {
			t.Errorf("mended twice: %v", r)
		}
	} else if a.id != "no-home" && !a.account {
		run("doctor", "--fix", "--yes")
		if w.disk() != before {
			t.Error("what cannot be mended was changed")
		}
	}
	for _, secret := range []string{canaryKey, w.AWS.Key.Secret, machine.Passphrase} {
		if strings.Contains(text.Stdout+text.Stderr, secret) {
			t.Error("doctor shows a secret")
		}
	}
	return strings.ReplaceAll(w.everybodys(text.Stdout), w.Dir, "/opt")
}
