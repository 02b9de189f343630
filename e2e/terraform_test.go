package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// terraform keeps its state in S3. It prints no identity: the fake's log has it.
var terraform = &client{
	name: "terraform", failure: "No valid credential sources found",
	version: func() string { return firstLine("terraform", "version") },
}

// stack is a Terraform configuration; see clients/terraform.
type stack struct {
	Key      string   // of its state
	Profile  string   // that its backend names; empty leaves it to the environment
	Others   []string // profiles through which it reads the state "one"
	Endpoint string
}

// stack writes the configuration into a directory of its own.
func (w *world) stack(s stack) *tf {
	w.t.Helper()
	s.Endpoint = w.URL
	source, err := template.ParseFiles("clients/terraform/main.tf.tmpl")
	if err != nil {
		w.t.Fatal(err)
	}
	var text strings.Builder
	if err := source.Execute(&text, s); err != nil {
		w.t.Fatal(err)
	}
	dir := filepath.Dir(w.write("stacks/"+s.Key+"/main.tf", text.String(), 0o600))
	return &tf{w.With("CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"), dir}
}

// tf is Terraform in one directory.
type tf struct {
	*world
	dir string
}

func (f *tf) init() []string {
	return []string{"terraform", "-chdir=" + f.dir, "init", "-no-color", "-input=false"}
}

func (f *tf) apply() []string {
	return []string{"terraform", "-chdir=" + f.dir, "apply", "-no-color", "-input=false", "-auto-approve"}
}

// newTerraformWorld has a bucket, and no session.
func newTerraformWorld(t *testing.T) *world {
	t.Helper()
	terraform.need(t)
	w := newSetUpWorld(t)
	w.AWS.Account.AddBucket("state")
	return w
}

// allAs checks who did what since the log had the given length: S3 and STS
// answered the role sessions and nobody else, with assumed sessions in between.
func (f *tf) allAs(before, assumed int, roles ...string) {
	f.t.Helper()
	calls, repeated := f.AWS.Server.Calls(""), len(f.AWS.Server.RepeatedCodes())
	n := map[string]int{}
	for _, c := range calls[before:] {
		n[c.Service+" "+c.Action]++
		if c.Action != "AssumeRole" && c.Action != "GetSessionToken" && !slices.Contains(roles, c.Principal) {
			f.t.Errorf("%s %s as %q: %s", c.Service, c.Action, c.Principal, c.Error)
		}
	}
	if n["sts AssumeRole"] != assumed || repeated != 0 {
		f.t.Errorf("%d AssumeRole calls, not %d; %d codes sent twice", n["sts AssumeRole"], assumed, repeated)
	}
	if n["sts GetCallerIdentity"] == 0 || n["s3 GetObject"] == 0 {
		f.t.Errorf("the calls: %v", n)
	}
}

func (w *world) callCount() int {
	return len(w.AWS.Server.Calls(""))
}

func TestTerraform(t *testing.T) {
	w := newTerraformWorld(t)
	f := w.stack(stack{Key: "one", Profile: "admin"})
	before := w.callCount()
	f.ok(f.init()...)
	r := f.ok(f.apply()...)
	if !strings.Contains(r.Stdout, `greeting = "hello from one"`) {
		t.Errorf("apply printed %s", r.Stdout)
	}
	f.allAs(before, 0, assumedRole)
	tallyOf(terraform).cached = r.Took

	w.logout()
	before = w.callCount()
	r = f.run(f.apply()...)
	if r.Code == 0 || r.Took > tallyOf(terraform).cached+slack {
		t.Errorf("without a session it ended with %d after %s", r.Code, r.Took)
	}
	checkTerraformFailure(t, r)
	if n := w.callCount() - before; n != 0 {
		t.Errorf("%d calls without a session", n)
	}
	tallyOf(terraform).failing = r.Took
}

// checkTerraformFailure: awsbroker's stderr is Terraform's own, above its error.
func checkTerraformFailure(t *testing.T, r machine.Result) {
	t.Helper()
	if !strings.Contains(r.Stderr, "hint: run in a terminal: awsbroker login --profile admin") {
		t.Errorf("not our line in %s", r.Stderr)
	}
	if !strings.Contains(r.Stderr, terraform.failure) || !strings.Contains(r.Stderr, "exit status 4") {
		t.Errorf("not Terraform's error in %s", r.Stderr)
	}
	tallyOf(terraform).shown = strings.Join(strings.Fields(r.Stderr), " ")
}

func TestTerraformAtTerminal(t *testing.T) {
	w := newTerraformWorld(t)
	f := w.stack(stack{Key: "one", Profile: "admin"})
	w.logout()
	before := w.callCount()
	r, shown := f.runAtTerminal(w.rightCodes(1), f.init()...)
	if r.Code != 0 || strings.Count(shown, question) != 1 {
		t.Fatalf("init ended with %d:\n%s%s\non the terminal: %s", r.Code, r.Stdout, r.Stderr, shown)
	}
	f.ok(f.apply()...)
	f.allAs(before, 1, assumedRole)
}

func TestTerraformInExec(t *testing.T) {
	for _, exec := range [][]string{{"exec", "--"}, {"exec", "--server", "--"}} { // the only profile
		w := newTerraformWorld(t)
		f := w.stack(stack{Key: "one"})
		before := w.callCount()
		exec = append([]string{program("awsbroker")}, exec...)
		f.ok(append(exec, f.init()...)...)
		f.ok(append(exec, f.apply()...)...)
		f.allAs(before, 0, assumedRole)
	}
}

// Three profiles behind one device: the backend's, and two that data sources
// use at the same time. Each is asked for once, one after the other, and no
// code goes out twice.
func TestTerraformWithSeveralProfiles(t *testing.T) {
	for _, tt := range []struct {
		name     string
		byPerson bool
	}{{"codes by command", false}, {"codes by a person", true}} {
		t.Run(tt.name, func(t *testing.T) {
			w := newTerraformWorld(t)
			w.ok(w.stack(stack{Key: "one", Profile: "admin"}).init()...)
			w.ok(w.stack(stack{Key: "one", Profile: "admin"}).apply()...)
			roles := []string{assumedRole}
			for _, profile := range []string{"reader", "auditor"} {
				roles = append(roles, w.addRole(profile))
				if !tt.byPerson {
					w.codesByCommand()
				}
			}
			applySeveral(t, w, tt.byPerson, roles)
		})
	}
}

// With an MFA session, one code serves all of them, asked for by whichever
// comes first. Without one, so it does where the profiles are named beforehand.
func TestTerraformAsksOnce(t *testing.T) {
	for _, tt := range []struct {
		name    string
		setting string // of each profile
		exec    bool   // the run is inside of exec --with
	}{{"an MFA session", "awsbroker_mfa_session = 8h", false}, {"exec --with", "", true}} {
		t.Run(tt.name, func(t *testing.T) {
			w := newTerraformWorld(t)
			w.extend(tt.setting)
			w.ok(w.stack(stack{Key: "one", Profile: "admin"}).init()...)
			w.ok(w.stack(stack{Key: "one", Profile: "admin"}).apply()...)
			roles := []string{assumedRole}
			var exec []string
			for _, profile := range []string{"reader", "auditor"} {
				roles = append(roles, w.addRole(profile))
				w.extend(tt.setting)
			}
			if tt.exec {
				exec = []string{program("awsbroker"), "exec", "--with", "admin", "--with", "reader", "--with", "auditor", "--"}
			}
			f := w.stack(stack{Key: "two", Profile: "admin", Others: []string{"reader", "auditor"}})
			f.ok(f.init()...)
			w.logout()
			before := w.callCount()
			r, shown := f.runAtTerminal(w.rightCodes(1), append(exec, f.apply()...)...)
			if r.Code != 0 || strings.Count(shown, question) != 1 {
				t.Fatalf("apply ended with %d:\n%s%s\non the terminal: %s", r.Code, r.Stdout, r.Stderr, shown)
			}
			f.allAs(before, 3, roles...)
			f.wantCodes(before, 1)
		})
	}
}

// wantCodes holds how many codes were given since the log had some length.
func (f *tf) wantCodes(before, want int) {
	f.t.Helper()
	n := 0
	for _, c := range f.AWS.Server.Calls("")[before:] {
		if c.CodeSent {
			n++
		}
	}
	if n != want {
		f.t.Errorf("%d codes, not %d", n, want)
	}
}

// addRole makes a role and a profile for it, and returns who one is then.
func (w *world) addRole(name string) string {
	w.t.Helper()
	role, err := w.AWS.AddRole(name, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	w.setup(name, role.ARN(), "--offline")
	return "arn:aws:sts::123456789012:assumed-role/" + name + "/phoebe"
}

func applySeveral(t *testing.T, w *world, byPerson bool, roles []string) {
	t.Helper()
	f := w.stack(stack{Key: "two", Profile: "admin", Others: []string{"reader", "auditor"}})
	before := w.callCount()
	f.ok(f.init()...)
	var r machine.Result
	shown := ""
	if byPerson {
		r, shown = f.runAtTerminal(w.rightCodes(2), f.apply()...)
	} else {
		r = f.run(f.apply()...)
	}
	for _, profile := range []string{"reader", "auditor"} {
		if !strings.Contains(r.Stdout, profile+` = "hello from one"`) {
			t.Errorf("no output of %s in %s%s", profile, r.Stdout, r.Stderr)
		}
	}
	if n := strings.Count(shown, question); byPerson && n != 2 {
		t.Errorf("%d questions on the terminal: %q", n, shown)
	}
	f.allAs(before, 2, roles...)
}
