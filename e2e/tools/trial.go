package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// lab is what all trials share.
type lab struct{ dir, awsbroker string }

// newLab builds awsbroker.
func newLab(dir string) (*lab, error) {
	if err := startLoopback(); err != nil {
		return nil, err
	}
	l := &lab{dir, filepath.Join(dir, "awsbroker")}
	cmd := exec.Command("go", "build", "-trimpath", "-o", l.awsbroker, "./cmd/awsbroker")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building awsbroker: %w\n%s", err, out)
	}
	return l, nil
}

// way is one in which a tool can get a session.
type way struct {
	title  string
	prefix string // of the tool's command line; may be lines of shell before it
}

var (
	byProfile   = way{"the profile", "export AWS_PROFILE=admin"}
	byChoice    = way{"`exec`", "RUN awsbroker exec --profile admin --"}
	byVariables = way{"`exec --env`", "RUN awsbroker exec --env --profile admin --"}
	byServer    = way{"`exec --server`", "RUN awsbroker exec --server --profile admin --"}
	bySocket    = way{"a socket", `mkdir -m 700 ~/socket
awsbroker serve admin --socket ~/socket/aws >served 2>&1 &
until [ -S ~/socket/aws ]; do sleep 0.1; done
export AWS_PROFILE=there`}
)

// what happens during a trial
type event int

const (
	nothing event = iota
	noSession
	sessionEnds
)

// life is that of a session that ends while the tool waits for the answer to its first request.
const life = 6 * time.Second

// outcome is how a trial ended.
type outcome struct {
	machine.Result
	works    bool // it ended well, and called AWS with the session of the profile
	sessions int  // with which it called
	helpers  int  // how often it ran awsbroker
}

func (l *lab) try(t machine.T, x *tool, w way, e event) outcome {
	t.Helper()
	m := l.newMachine(t, x, e)
	pause := time.Duration(0)
	if e == sessionEnds {
		m.AWS.Server.SetSessionLife(life)
		pause = life + time.Second
	}
	f := newFront(t, m.AWS.Server, pause)
	m = m.With(f.variables()...)
	script := filepath.Join(m.Home, "script")
	m.Write(script, x.script(w))
	cmd := m.Command("/bin/sh", script)
	result := m.Finish(cmd)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) // what it left in the background
	return judge(m, result)
}

// newMachine has the tool on its PATH, a bucket in its AWS, and the profile admin, whose
// helper counts its runs.
func (l *lab) newMachine(t machine.T, x *tool, e event) *machine.Machine {
	t.Helper()
	dir, err := os.MkdirTemp(l.dir, "trial-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := machine.NewIn(t, dir, -1)
	m.Bin = m.Path("bin/awsbroker")
	for _, d := range []string{"bin", "run", "tmp", "home/d"} {
		m.Mkdir(m.Path(d), 0o700)
	}
	m.Install(l.awsbroker, m.Bin)
	m.Dir = m.Home
	m.Env = append(m.Env, "PATH="+filepath.Dir(m.Bin)+":"+x.from.path(), "NODE_PATH="+cached("npm/node_modules"), "LANG=C.UTF-8",
		"TMPDIR="+filepath.Join(dir, "tmp"), "XDG_RUNTIME_DIR="+filepath.Join(dir, "run"), "AWS_EC2_METADATA_DISABLED=true")
	t.Cleanup(func() { m.Run("logout", "--all") })
	m.AddKey("phoebe", m.AWS.Key)
	m.Write(filepath.Join(dir, "helper"), fmt.Sprintf("#!/bin/sh\necho >>%s/runs\nexec %s credential-process --profile admin\n", dir, m.Bin))
	m.Write(filepath.Join(dir, "code"), "#!/bin/sh\nexec /usr/bin/python3 -c 'import urllib.request as u; print(u.urlopen(\""+m.URL+"/_fake/code?advance=1\").read().decode())'\n")
	config := "[profile admin]\nregion = eu-central-1\ncredential_process = " + dir + "/helper\nawsbroker_key = phoebe\n" +
		"awsbroker_role_arn = " + m.AWS.Role.ARN() + "\nawsbroker_mfa_serial = " + m.AWS.Device.Serial + "\n"
	if e != noSession {
		config += "awsbroker_mfa_process = " + dir + "/code\n"
	}
	config += "\n[profile there]\nregion = eu-central-1\ncredential_process = " + m.Bin + " credential-process --socket " + m.Home + "/socket/aws\n"
	m.Write(m.Config(), config)
	for _, program := range []string{"helper", "code"} {
		m.Chmod(0o700, filepath.Join(dir, program))
	}
	for _, file := range []string{"f", "d/a", "d/b"} {
		m.Write(filepath.Join(m.Home, file), "some text\n")
	}
	_, err = m.AWS.Account.AddRole("cluster", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+m.AWS.Account.Root().ARN()+`"},"Action":"sts:AssumeRole"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	m.AWS.Account.AddBucket("bucket")
	m.AWS.Server.PutObject("bucket", "data.csv", []byte("a,b\n1,2\n"))
	m.AWS.Server.PutObject("bucket", "data.sam", []byte("@HD\tVN:1.6\n"))
	return m
}

// judge asks AWS who called. A tool that goes on after a refusal and ends well has not worked.
func judge(m *machine.Machine, r machine.Result) outcome {
	o := outcome{Result: r}
	sessions := map[string]bool{}
	refused := false
	for _, c := range m.AWS.Server.Calls("") {
		if c.AccessKeyID == m.AWS.Key.ID { // which awsbroker used
			continue
		}
		refused = isRefusal(c)
		if c.Principal == "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe" {
			sessions[c.AccessKeyID] = true
		}
	}
	o.sessions = len(sessions)
	o.works = r.Code == 0 && len(sessions) > 0 && !refused
	runs, _ := os.ReadFile(filepath.Join(filepath.Dir(m.Home), "runs"))
	o.helpers = strings.Count(string(runs), "\n")
	return o
}

// isRefusal is true for a call by nobody, or with a session that AWS does not know.
func isRefusal(c fakeaws.Call) bool {
	switch c.Error {
	case "AccessDenied", "ExpiredToken", "InvalidClientTokenId", "InvalidRequest", "MissingAuthenticationToken":
		return true
	}
	return false
}

// script is what a person would type in a shell.
func (x *tool) script(w way) string {
	act := x.act
	if command, is := strings.CutPrefix(w.prefix, "RUN "); is {
		act = command + " " + act
	} else {
		act = w.prefix + "\n" + act
	}
	return "set -e\ncd\n" + x.setup + "\n" + act + "\n" + x.after + "\n"
}
