package caller

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestLife: a process is known again while it runs, and over when it has ended, also
// before anybody has waited for it.
func TestLife(t *testing.T) {
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	one, us := lifeOf(cmd.Process.Pid), lifeOf(os.Getpid())
	if one.Began == 0 || one.IsOver() || us.IsOver() || one.Began < us.Began {
		t.Errorf("%+v, %+v", one, us)
	}
	if other := (Life{one.PID, one.Began - 1}); !other.IsOver() {
		t.Error("a process that had the same id is taken for this one")
	}
	in.Close()
	for end := time.Now().Add(10 * time.Second); !one.IsOver() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if !one.IsOver() {
		t.Error("it has ended")
	}
	_ = cmd.Wait()
	if !one.IsOver() || !(Life{}).IsOver() {
		t.Error("it is gone")
	}
}
