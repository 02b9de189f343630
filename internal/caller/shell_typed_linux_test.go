package caller

import (
	"os/exec"
	"testing"
	"time"
)

func TestIsShell(t *testing.T) {
	for command, want := range map[string]bool{
		"exec bash --norc":                      true,
		"exec -a -bash bash --norc":             true,
		"exec bash -c 'read x'":                 false,
		"echo read x >script; exec bash script": false,
		"exec cat":                              false,
		"exec bash --norc /dev/stdin":           false,
	} {
		cmd := exec.Command("bash", "-c", command)
		cmd.Dir = t.TempDir()
		in, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if now := string(read(cmd.Process.Pid, "cmdline")); now != "" && now != "bash\x00-c\x00"+command+"\x00" {
				break // it has become what it is
			}
		}
		if got := (Process{PID: cmd.Process.Pid, Name: nameOf(cmd.Process.Pid)}).IsShell(); got != want {
			t.Errorf("%s: %v", command, got)
		}
		in.Close()
		_ = cmd.Wait()
	}
	if (Process{PID: 1 << 30, Name: "bash"}).IsShell() {
		t.Error("a process that has ended")
	}
}
