//go:build !windows

// Package machine is a computer to try awsbroker on: a person's home directory
// with a keystore in a file, an AWS beside it, runs of the program, and a
// person at a real terminal. Stories, acceptance tests, end-to-end tests, the
// demo and the bench share it; it is never linked into awsbroker.
package machine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// Passphrase is that of the keystore in a file, and a canary: it may be found
// nowhere.
const Passphrase = "correct horse battery staple"

// T is who hears of what goes wrong: a test, or [Try] for a program.
type T interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Failed() bool
	Logf(string, ...any)
	Cleanup(func())
}

// Machine is one person's, with nothing of the environment that the tests run
// in. AWS has the user phoebe and the role admin-mfa.
type Machine struct {
	T    T
	AWS  *fakeaws.Standard
	URL  string // where AWS is
	Dir  string // all files of the machine
	Home string
	Bin  string // awsbroker; "" for the one on PATH
	UID  int    // the person; -1 is whoever runs the tests
	Env  []string
}

// New makes a machine in a directory of its own that is gone afterwards, with
// the program bin installed on it. uid is the person, -1 for whoever runs this.
func New(t T, bin string, uid int) *Machine {
	t.Helper()
	dir, err := os.MkdirTemp("", "awsbroker-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	m := NewIn(t, dir, uid)
	m.Bin = m.Path("bin/awsbroker")
	m.Mkdir(m.Path("bin"), 0o755)
	m.Mkdir(m.Path("tmp"), 0o755)
	m.Install(bin, m.Bin)
	m.Env = append(m.Env, "PATH="+filepath.Dir(m.Bin)+":/usr/local/bin:/usr/bin:/bin", "TMPDIR="+m.Path("tmp"), "LC_ALL=C")
	t.Cleanup(func() { m.Run("logout", "--all") }) // or the kernel keeps the sealing key for a week
	return m
}

// NewIn makes a machine in a directory, with no program on it, no PATH and no
// TMPDIR.
func NewIn(t T, dir string, uid int) *Machine {
	t.Helper()
	refuseAgent(t)
	m := &Machine{T: t, AWS: fakeaws.NewStandard(), Dir: dir, Home: filepath.Join(dir, "home"), UID: uid}
	var err error
	if m.URL, err = m.AWS.Server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.AWS.Server.Close)
	for _, d := range []string{m.Home, m.Path("home/.aws")} {
		m.Mkdir(d, 0o755)
	}
	m.Chmod(0o700, m.Home)
	m.Env = []string{
		"HOME=" + m.Home, "TERM=dumb", "AWS_ENDPOINT_URL_STS=" + m.URL,
		"AWSBROKER_KEYSTORE=file", "AWSBROKER_FILE_PASSPHRASE=" + Passphrase,
	}
	return m
}

// refuseAgent ends what a coding agent's process runs: awsbroker would take each person
// for the agent. Variables of one do no harm, since a machine has none of ours.
func refuseAgent(t T) {
	t.Helper()
	if a := caller.Find().Agent; a.PID != 0 {
		t.Fatalf("%s (process %d) runs this, so awsbroker would see no person; run it in a terminal of its own, such as: tmux new-session -d 'go test ./acceptance >log 2>&1'", a.Name, a.PID)
	}
}

// With is the same machine with more in the environment.
func (m *Machine) With(env ...string) *Machine {
	more := *m
	more.Env = append(slices.Clone(m.Env), env...)
	return &more
}

// Without is the same machine without some variables.
func (m *Machine) Without(names ...string) *Machine {
	less := *m
	less.Env = slices.DeleteFunc(slices.Clone(m.Env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(names, name)
	})
	return &less
}
