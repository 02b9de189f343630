package dotfile

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mount is mount(2). Without the right to it the test cannot be made.
func mount(t *testing.T, source, target, fstype string, flags uintptr, data string) {
	t.Helper()
	if err := unix.Mount(source, target, fstype, flags, data); err != nil {
		skip(t, os.Geteuid() == 0, "cannot mount: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(target, unix.MNT_DETACH) })
}

// TestWriteBindMount mounts a file over another, as docker -v FILE:FILE does:
// nothing can be renamed over it (EBUSY). It is written in place, and while
// that lasts a copy lies beside it.
func TestWriteBindMount(t *testing.T) {
	host, dir := filepath.Join(t.TempDir(), "host-config"), t.TempDir()
	path := filepath.Join(dir, "config")
	put(t, host, "old", 0o640)
	put(t, path, "", 0o600)
	mount(t, host, path, "", unix.MS_BIND, "")
	if err := os.Rename(host, path); err == nil {
		t.Fatal("a rename over the mount was not refused: this tests nothing")
	}
	events := watch(t, dir, filepath.Dir(host))
	if err := Write(path, []byte("old"), []byte("longer than before")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "longer than before")
	holds(t, host, "longer than before")
	if mode(t, host) != 0o640 {
		t.Errorf("mode is now %v", mode(t, host))
	}
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
	seen := events()
	made, written, gone := slices.Index(seen, "created config.awsbroker-backup"), slices.Index(seen, "modified host-config"), slices.Index(seen, "deleted config.awsbroker-backup")
	if made < 0 || written < made || gone < written {
		t.Errorf("no copy lay beside the file while it was written: %q", seen)
	}
	// A copy that an interrupted edit left is the only whole one.
	put(t, path+".awsbroker-backup", "precious", 0o600)
	if err := Write(path, []byte("longer than before"), []byte("x")); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
	holds(t, path, "longer than before")
	holds(t, path+".awsbroker-backup", "precious")
}

// TestWriteReadOnlyBindMount is docker -v FILE:FILE:ro.
func TestWriteReadOnlyBindMount(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	put(t, path, "old", 0o600)
	mount(t, path, path, "", unix.MS_BIND, "")
	mount(t, "", path, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
	if err := Write(path, []byte("old"), []byte("new")); err == nil || !strings.Contains(err.Error(), "file is read-only") {
		t.Errorf("got %v", err)
	}
	holds(t, path, "old")
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

// watch records what happens in directories, in order, until it is asked.
func watch(t *testing.T, dirs ...string) func() []string {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	for _, dir := range dirs {
		if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE|unix.IN_MODIFY|unix.IN_DELETE); err != nil {
			t.Fatal(err)
		}
	}
	return func() []string {
		buf := make([]byte, 1<<16)
		n, err := unix.Read(fd, buf)
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		for buf = buf[:n]; len(buf) >= unix.SizeofInotifyEvent; {
			mask, size := binary.NativeEndian.Uint32(buf[4:]), int(binary.NativeEndian.Uint32(buf[12:]))
			name, _, _ := bytes.Cut(buf[unix.SizeofInotifyEvent:unix.SizeofInotifyEvent+size], []byte{0})
			what := map[uint32]string{unix.IN_CREATE: "created ", unix.IN_MODIFY: "modified ", unix.IN_DELETE: "deleted "}[mask]
			seen = append(seen, what+string(name))
			buf = buf[unix.SizeofInotifyEvent+size:]
		}
		return seen
	}
}

// TestWriteFullDisk fills a file system of its own.
func TestWriteFullDisk(t *testing.T) {
	dir := t.TempDir()
	mount(t, "none", dir, "tmpfs", 0, "size=64k")
	path := filepath.Join(dir, "config")
	old, big := strings.Repeat("o", 20_000), strings.Repeat("n", 60_000)
	put(t, path, old, 0o600)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func() error{
		"replaced": func() error { return Write(path, []byte(old), []byte(big)) },
		"in place": func() error { return writeInPlace(path, info, []byte(old), []byte(big)) },
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
			t.Errorf("%s: %v", name, err)
		}
		holds(t, path, old)
		if got := files(t, dir); got != "config" {
			t.Errorf("%s left behind: %s", name, got)
		}
	}
}
