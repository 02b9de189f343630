package caller

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// withoutMarks is the environment without the variables of an agent that runs the tests.
func withoutMarks() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.ContainsFunc(marks[:], func(m struct{ variable, agent string }) bool { return m.variable == name })
	})
}

// above writes a script that runs a command line, and returns its path.
func above(t *testing.T, dir, line string) string {
	t.Helper()
	f, err := os.CreateTemp(dir, "script-")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(line + "\n"); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

func find(t *testing.T, out []byte, err error) (p Process) {
	t.Helper()
	if err == nil {
		err = json.Unmarshal(out, &p)
	}
	if err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	return p
}

// TestFindAgent: by each variable, and by the name of any process up to the one that
// leads a terminal.
func TestFindAgent(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	agent := filepath.Join(t.TempDir(), "claude")
	script := "#!/bin/bash\n(sh -c '" + self + "; true'; true); true\n"
	if err := os.WriteFile(agent, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	env := append(withoutMarks(), "CALLER_TEST_HELPER=1")
	run := func(variable string, command ...string) Process {
		t.Helper()
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Env = append(slices.Clone(env), variable)
		out, err := cmd.Output()
		return find(t, out, err)
	}
	for _, m := range marks {
		if p := run(m.variable+"=1", self); p.Agent != (Agent{Name: m.agent}) {
			t.Errorf("%s: %+v", m.variable, p)
		}
		if p := run(m.variable+"=", self); p.Agent != (Agent{}) {
			t.Errorf("%s empty: %+v", m.variable, p)
		}
	}
	if p := run("A=1", agent); p.Agent.Name != "claude" || p.Agent.PID == 0 {
		t.Errorf("a parent of parents: %+v", p)
	}

	deep := self
	for range 12 { // shells, each in one of its own
		deep = "sh " + above(t, filepath.Dir(agent), deep) + "; true"
	}
	if err := os.WriteFile(agent, []byte("#!/bin/bash\n"+deep+"; true\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if p := run("A=1", agent); p.Agent.Name != "claude" || p.Agent.PID == 0 {
		t.Errorf("twelve shells above: %+v", p)
	}
	// A terminal under an agent's editor is where a person types.
	typed := filepath.Join(filepath.Dir(agent), "typed")
	for file, text := range map[string]string{typed: self + "; true\n", agent: "#!/bin/bash\nscript -qec 'exec bash " + typed + "' /dev/null; true\n"} {
		if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(agent)
	cmd.Env = env
	f, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := make([]byte, 4096)
	n, _ := f.Read(text)
	if p := find(t, text[:n], nil); p.Agent != (Agent{}) {
		t.Errorf("in a terminal of its own: %+v", p)
	}
	_ = cmd.Wait()
}
