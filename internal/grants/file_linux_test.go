package grants

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/grant"
)

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
	size := uint64(len(sample().AppendLine(nil)))
	// A limit on the size of files cuts a write as a full disk does. The
	// signal that comes with it is ignored by the Go runtime.
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size + 100, Max: limit.Max}); err != nil {
		t.Fatal(err)
	}
	err1, err2 := write(path, sample()), write(path, sample())
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err1, grant.ErrTorn) || !errors.Is(err2, syscall.EFBIG) {
		t.Errorf("errors: %v, %v", err1, err2)
	}
	if err := write(path, sample()); err != nil {
		t.Fatal(err)
	}
	if lines, spoiled, err := Read(path); err != nil || len(lines) != 2 || spoiled != 1 {
		t.Errorf("%d lines, %d spoiled, %v", len(lines), spoiled, err)
	}
}
