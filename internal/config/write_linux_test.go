package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWriteBindMount mounts a file over itself, as docker -v FILE:FILE does:
// nothing can be renamed over it.
func TestWriteBindMount(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	put(t, path, "old", 0o640)
	if err := unix.Mount(path, path, "", unix.MS_BIND, ""); err != nil {
		t.Skip("cannot mount:", err)
	}
	defer unix.Unmount(path, unix.MNT_DETACH)
	if err := WriteFile(path, []byte("old"), []byte("longer than before")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "longer than before")
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

// TestWriteFullDisk fills a file system of its own.
func TestWriteFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("cannot mount:", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	path := filepath.Join(dir, "config")
	old, big := strings.Repeat("o", 20_000), strings.Repeat("n", 60_000)
	put(t, path, old, 0o600)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func() error{
		"replaced": func() error { return WriteFile(path, []byte(old), []byte(big)) },
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
