package paths

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The people of this test. Their numbers are nobody's.
const bob, eve = 51001, 51002

// TestOwn asks root, bob and a third whether they may write in directories of
// bob's and of root's, and by way of whose links.
func TestOwn(t *testing.T) {
	if path := os.Getenv("PATHS_TEST"); path != "" { // as somebody else, see below
		says(os.Stdout.WriteString, CheckOwn(path), CheckWay(path))
		os.Exit(0)
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	top, err := os.MkdirTemp("/tmp", "paths-test") // a directory that others may look into
	if err == nil {
		t.Cleanup(func() { os.RemoveAll(top) })
		err = os.Chmod(top, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range []struct {
		path, to string
		owner    int
	}{
		{"home", "", bob}, {"home/.local", "", bob}, {"home/disk", "", bob}, {"home/left", "", 0},
		{"home/own", "disk", bob}, {"home/out", "../root", bob}, {"home/back", "../root/../home/disk", bob},
		{"home/system", "disk", 0}, {"home/eves", "disk", eve}, {"home/loop", "loop", bob},
		{"home/dangling", "disk/none/there", bob}, {"home/away", "../root/none", bob},
		{"root", "", 0}, {"root/to-bob", "../home/disk", 0}, {"root/own", "../root", 0},
		{"team", "", eve}, {"team/bob", "", bob}, {"team/current", "bob", eve},
	} {
		path := filepath.Join(top, entry.path)
		var err error
		if entry.to == "" {
			err = os.Mkdir(path, 0o755)
		} else {
			err = os.Symlink(entry.to, path)
		}
		if err = errors.Join(err, os.Lchown(path, entry.owner, entry.owner)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path            string
		root, bob, eves string // own, way (somebody else decides where it leads), or no
	}{
		{"home", "no", "own", "way"},
		{"home/.local/state/awsbroker", "no", "own", "way"},
		{"home/left", "no", "way", "way"},           // root left it: bob still decides what is there
		{"home/left/awsbroker", "no", "own", "own"}, // and its mode decides who may make this
		{"home/own/awsbroker", "no", "own", "way"},
		{"home/system/awsbroker", "no", "own", "way"},
		{"home/back/awsbroker", "no", "own", "way"},
		{"home/dangling", "no", "own", "way"},
		{"home/out", "no", "way", "way"},
		{"home/out/awsbroker", "no", "own", "own"},
		{"home/away", "no", "own", "own"},
		{"home/eves/awsbroker", "no", "no", "way"},
		{"home/loop", "no", "error", "error"},
		{"root", "own", "way", "way"},
		{"root/awsbroker", "own", "own", "own"},
		{"root/own", "own", "way", "way"},
		{"root/to-bob/awsbroker", "no", "own", "way"},
		{"team/bob/awsbroker", "no", "own", "way"},
		{"team/current/awsbroker", "no", "own", "way"},
		{"team/awsbroker", "no", "way", "own"},
	} {
		for uid, want := range map[int]string{0: c.root, bob: c.bob, eve: c.eves} {
			if got := as(t, uid, filepath.Join(top, c.path)); got != want {
				t.Errorf("user %d at %s: %s, want %s", uid, c.path, got, want)
			}
		}
	}
}

// says writes what the two checks said, as a word.
func says(write func(string) (int, error), own, way error) {
	switch {
	case own == nil && way == nil:
		_, _ = write("own")
	case way != nil:
		_, _ = write("no")
	case errors.Is(own, ErrForeign):
		_, _ = write("way")
	default:
		_, _ = write("error")
	}
}

// as runs both checks as another user.
func as(t *testing.T, uid int, path string) string {
	t.Helper()
	var word strings.Builder
	if uid == 0 {
		says(word.WriteString, CheckOwn(path), CheckWay(path))
		return word.String()
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestOwn$")
	cmd.Env, cmd.Dir, cmd.Stdout = []string{"PATHS_TEST=" + path}, "/", &word
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return word.String()
}
