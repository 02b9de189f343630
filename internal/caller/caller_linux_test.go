package caller

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The test binary, run as a helper, prints whom it takes for its caller.
func TestMain(m *testing.M) {
	if os.Getenv("CALLER_TEST_HELPER") != "" {
		_ = json.NewEncoder(os.Stdout).Encode(Find())
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestFind(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "deploy.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"+self+"\nexit\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	us := Process{PID: os.Getpid(), Name: nameOf(os.Getpid()), Dir: dir}
	for name, c := range map[string]struct {
		command []string
		want    func(cmd *exec.Cmd) Process
	}{
		"straight":          {[]string{self}, func(*exec.Cmd) Process { return us }},
		"through sh -c":     {[]string{"/bin/sh", "-c", self + "; exit"}, func(*exec.Cmd) Process { return us }},
		"through two of it": {[]string{"/bin/sh", "-c", "/bin/sh -c '" + self + "; exit'; exit"}, func(*exec.Cmd) Process { return us }},
		"a script":          {[]string{script}, func(cmd *exec.Cmd) Process { return Process{PID: cmd.Process.Pid, Name: "deploy.sh", Dir: dir} }},
	} {
		cmd := exec.Command(c.command[0], c.command[1:]...)
		cmd.Dir, cmd.Env = dir, append(withoutMarks(), "CALLER_TEST_HELPER=1", "PWD=/elsewhere")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var got Process
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		if want := c.want(cmd); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if Parent(os.Getpid()) != os.Getppid() {
		t.Errorf("Parent = %d, want %d", Parent(os.Getpid()), os.Getppid())
	}
	// A pid that cannot be: above the kernel's largest.
	if name, starts, parent := nameOf(1<<30), onlyStarts(1<<30, "sh"), Parent(1<<30); name != "" || starts || parent != 0 {
		t.Errorf("of no process: %q, %v, %d", name, starts, parent)
	}
}
