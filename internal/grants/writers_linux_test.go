package grants

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/grant"
)

// The test binary, run as a helper, writes so many grants as fast as it can.
func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv("GRANTS_TEST_COUNT")); err == nil {
		for i := range n {
			g := sample()
			g.Profile, g.RoleARN = os.Getenv("GRANTS_TEST_NAME"), fmt.Sprintf("/%0*d", 1+i%600, i)
			if err := Write(os.Getenv("GRANTS_TEST_LOG"), g); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writer(path, name string, n int) *exec.Cmd {
	self, _ := os.Executable()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "GRANTS_TEST_LOG="+path, "GRANTS_TEST_NAME="+name, fmt.Sprintf("GRANTS_TEST_COUNT=%d", n))
	cmd.Stderr = os.Stderr
	return cmd
}

// TestManyWriters: of 64 processes that write at once, while another puts the
// log away over and over, every line is whole and none is lost but with an
// old log that gives way to the next (which is kept aside here).
func TestManyWriters(t *testing.T) {
	const processes, each = 64, 100
	path := filepath.Join(t.TempDir(), "log")
	var writers []*exec.Cmd
	for i := range processes {
		cmd := writer(path, strconv.Itoa(i), each)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, cmd)
	}
	stop, kept := make(chan struct{}), make(chan []string)
	go func() {
		var aside []string
		for {
			select {
			case <-stop:
				kept <- aside
				return
			default:
			}
			if err := rotate(path, 64<<10); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
			name := fmt.Sprintf("%s.kept-%d", path, len(aside))
			if os.Link(old(path), name) == nil {
				aside = append(aside, name)
			}
		}
	}()
	for _, cmd := range writers {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	seen, logs := count(t, append(<-kept, path))
	if logs < 3 {
		t.Errorf("only %d logs: it was hardly put away", logs)
	}
	if len(seen) != processes*each {
		t.Errorf("%d different grants, of %d", len(seen), processes*each)
	}
	for what, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", what, n)
		}
	}
}

// count the grants in these files, and the files: two names of one are one.
func count(t *testing.T, names []string) (grants map[string]int, logs int) {
	t.Helper()
	seen, inodes := map[string]int{}, map[uint64]bool{}
	for _, name := range names {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // just put away
		}
		if err != nil {
			t.Fatal(err)
		}
		inode := info.Sys().(*syscall.Stat_t).Ino
		if inodes[inode] {
			continue
		}
		inodes[inode] = true
		f, err := grant.OpenToRead(name)
		if err != nil {
			t.Fatal(err)
		}
		lines, spoiled, err := readLines(f)
		f.Close()
		if err != nil || spoiled > 0 {
			t.Errorf("%s: %d lines spoiled, %v", name, spoiled, err)
		}
		for _, l := range lines {
			seen[l.Profile+l.RoleARN]++
		}
	}
	return seen, len(inodes)
}

// TestManyRotate: of those who find the log large at once, one puts it away,
// and what is written right after does not push it out.
func TestManyRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for round := range 200 {
		g := sample()
		g.PID = round
		for range 20 {
			if err := write(path, g); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := errors.Join(rotate(path, 4000), write(path, sample())); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		lines, _, err := Read(path)
		before := 0
		for _, l := range lines {
			if l.PID == round {
				before++
			}
		}
		if err != nil || before != 20 {
			t.Fatalf("round %d: %d of 20 are left, %v", round, before, err)
		}
		if err := errors.Join(os.Remove(path), os.Remove(old(path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// TestKilledWriters leave whole lines, or half of one that does not spoil the next.
func TestKilledWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for i := range 40 {
		cmd := writer(path, "killed", 1_000_000)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i%10+5) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if err := write(path, sample()); err != nil {
			t.Fatal(err)
		}
	}
	lines, spoiled, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	for _, l := range lines {
		if l.Grant == sample() {
			ours++
		}
	}
	if ours != 40 || len(lines) == ours {
		t.Errorf("%d lines, %d spoiled, of ours %d", len(lines), spoiled, ours)
	}
}
