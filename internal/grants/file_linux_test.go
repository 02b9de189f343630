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
	seen, logs := map[string]int{}, map[uint64]bool{}
	for _, name := range append(<-kept, path) {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // just put away
		}
		if err != nil {
			t.Fatal(err)
		}
		inode := info.Sys().(*syscall.Stat_t).Ino
		if logs[inode] {
			continue
		}
		logs[inode] = true
		f, err := openToRead(name)
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
	if len(logs) < 3 {
		t.Errorf("only %d logs: it was hardly put away", len(logs))
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

// TestWhatIsNoFileOfOurs is left alone, and waited for by nobody.
func TestWhatIsNoFileOfOurs(t *testing.T) {
	for name, plant := range map[string]func(path, elsewhere string) error{
		"a link":                func(path, elsewhere string) error { return os.Symlink(elsewhere, path) },
		"a link to nothing":     func(path, elsewhere string) error { return os.Symlink(elsewhere+"-not", path) },
		"a pipe":                func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
		"a pipe with a reader":  pipeWithReader,
		"a directory":           func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"a read-only file":      func(path, _ string) error { return os.WriteFile(path, nil, 0o400) },
		"a read-only directory": func(path, _ string) error { return os.Chmod(filepath.Dir(path), 0o500) },
	} {
		t.Run(name, func(t *testing.T) {
			if os.Geteuid() == 0 && (name == "a read-only file" || name == "a read-only directory") {
				return // modes do not bind root
			}
			dir := t.TempDir()
			path, elsewhere := filepath.Join(dir, "state", "log"), filepath.Join(dir, "elsewhere")
			if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o700), os.WriteFile(elsewhere, nil, 0o600), plant(path, elsewhere)); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(filepath.Dir(path), 0o700)
			started := time.Now()
			if err := write(path, sample()); err == nil {
				t.Error("something was written")
			}
			if _, _, err := Read(path); err == nil && name != "a read-only file" && name != "a read-only directory" {
				t.Error("something was read")
			}
			if err := rotate(path, -1); err != nil && name != "a read-only directory" {
				t.Error(err)
			}
			if took := time.Since(started); took > time.Second {
				t.Errorf("took %v", took)
			}
			if data, err := os.ReadFile(elsewhere); err != nil || len(data) > 0 {
				t.Errorf("elsewhere: %q, %v", data, err)
			}
		})
	}
}

func pipeWithReader(path, _ string) error {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return err
	}
	_, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK, 0) // until the process ends
	return err
}

func TestModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "awsbroker", "log")
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	for range 2 {
		if err := write(path, sample()); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): fs.ModeDir | 0o700} {
			if info, err := os.Stat(name); err != nil || info.Mode() != want {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
		if err := os.Chmod(path, 0o644); err != nil { // as a careless restore would
			t.Fatal(err)
		}
	}
}

// TestFullDisk: half a line is told of, and the next whole one is found.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := write(path, sample()); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	size := uint64(len(sample().line()))
	// A limit on the size of files cuts a write as a full disk does. The
	// signal that comes with it is ignored by the Go runtime.
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size + 100, Max: limit.Max}); err != nil {
		t.Fatal(err)
	}
	err1, err2 := write(path, sample()), write(path, sample())
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err1, errTorn) || !errors.Is(err2, syscall.EFBIG) {
		t.Errorf("errors: %v, %v", err1, err2)
	}
	if err := write(path, sample()); err != nil {
		t.Fatal(err)
	}
	if lines, spoiled, err := Read(path); err != nil || len(lines) != 2 || spoiled != 1 {
		t.Errorf("%d lines, %d spoiled, %v", len(lines), spoiled, err)
	}
}
