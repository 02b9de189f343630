//go:build linux

package acceptance

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// servers are the processes of this person's exec --server.
func (w *world) servers() []int {
	var found []int
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		dir := filepath.Dir(link)
		if exe, err := os.Readlink(link); err != nil || exe != w.Bin {
			continue
		}
		if line, err := os.ReadFile(filepath.Join(dir, "cmdline")); err != nil || !strings.HasSuffix(string(line), "\x00exec-server\x00") {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		found = append(found, pid)
	}
	return found
}

// theServer waits for it.
func (w *world) theServer() int {
	w.t.Helper()
	var found []int
	eventually(w.t, "one server runs", func() bool { found = w.servers(); return len(found) == 1 })
	return found[0]
}

// noServer waits until there is none, and returns how long that took.
func (w *world) noServer() time.Duration {
	w.t.Helper()
	started := time.Now()
	eventually(w.t, "no server runs", func() bool { return len(w.servers()) == 0 })
	return time.Since(started)
}

// serverWorld has a session, and a command that notes where it is served.
func serverWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.Login("admin")
	return w
}

// noted is a script that notes where its session is, and goes on.
const noted = `echo $AWS_CONTAINER_CREDENTIALS_FULL_URI >url; echo $AWS_CONTAINER_AUTHORIZATION_TOKEN >token; echo $$ >pid; mv token noted; `

func (w *world) request() (url, token string) {
	w.t.Helper()
	eventually(w.t, "the command notes where its session is", func() bool { _, err := os.Stat(w.Path("noted")); return err == nil })
	return strings.TrimSpace(w.Read(w.Path("url"))), strings.TrimSpace(w.Read(w.Path("noted")))
}

// ask asks the server as an SDK does.
func ask(url, token string) (status int, body string, err error) {
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Authorization", token)
	answer, err := (&http.Client{Timeout: 5 * time.Second}).Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// TestServerEnds with its command, however that ends.
func TestServerEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		how  func(w *world, tm *machine.Terminal, j *machine.Job)
		code int
	}{
		"killed":  {func(_ *world, _ *machine.Terminal, j *machine.Job) { _ = j.Cmd.Process.Kill() }, -1},
		"sigterm": {func(_ *world, _ *machine.Terminal, j *machine.Job) { _ = j.Cmd.Process.Signal(syscall.SIGTERM) }, -1},
		"ctrl-c":  {func(_ *world, tm *machine.Terminal, _ *machine.Job) { tm.Send(machine.ControlC) }, -1},
		"hangup":  {func(_ *world, tm *machine.Terminal, _ *machine.Job) { tm.HangUp() }, -1},
		"by itself": {func(w *world, _ *machine.Terminal, _ *machine.Job) {
			w.Write(w.Path("go"), "")
		}, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, tm := serverWorld(t), machine.NewTerminal(t)
			// Whoever runs the tests may ignore signals.
			j := tm.Start(w.Command("env", "--default-signal", w.Bin, "exec", "--server", "--profile", "admin", "--", "sh", "-c",
				noted+`while [ ! -e go ]; do sleep 0.05; done; exit 7`))
			url, token := w.request()
			if status, body, err := ask(url, token); status != 200 || !strings.Contains(body, `"Token":"`) {
				t.Fatal(status, body, err)
			}
			w.theServer()
			end.how(w, tm, j)
			if code := j.Wait(); code != end.code {
				t.Errorf("the command ended with %d", code)
			}
			took := w.noServer()
			t.Logf("the server ended %s after the command", took.Round(time.Millisecond))
			if took > 2*time.Second {
				t.Errorf("the server lived on for %s", took)
			}
			if _, _, err := ask(url, token); err == nil {
				t.Error("somebody still answers")
			}
			wantLocksFree(t, w)
		})
	}
}

// wantLocksFree gets a new session, which takes every lock there is.
func wantLocksFree(t *testing.T, w *world) {
	t.Helper()
	started := time.Now()
	w.Login("admin")
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("getting a session took %s: somebody holds a lock", took)
	}
}

// TestServerControlC: a Ctrl-C is the command's. It gets it once, and the
// server does not notice.
func TestServerControlC(t *testing.T) {
	t.Parallel()
	w, tm := serverWorld(t), machine.NewTerminal(t)
	j := tm.Start(w.Command(w.Bin, "exec", "--server", "--profile", "admin", "--", "sh", "-c",
		noted+`trap 'echo caught; n=1' INT; echo ready; while [ -z "$n" ]; do sleep 0.1; done; sleep 0.5; while [ ! -e go ]; do sleep 0.05; done; exit 7`))
	tm.Expect("ready")
	url, token := w.request()
	server := w.theServer()
	tm.Send(machine.ControlC)
	tm.Expect("caught")
	if status, _, err := ask(url, token); status != 200 {
		t.Error(status, err)
	}
	if now := w.theServer(); now != server {
		t.Errorf("another server: %d, then %d", server, now)
	}
	w.Write(w.Path("go"), "")
	if code := j.Wait(); code != 7 {
		t.Errorf("exit %d, want 7", code)
	}
	if n := tm.Count("caught"); n != 1 {
		t.Errorf("the command got %d signals", n)
	}
	w.noServer()
}

// TestServerProcess: what the server has of the command's, and of secrets.
func TestServerProcess(t *testing.T) {
	t.Parallel()
	w, tm := serverWorld(t), machine.NewTerminal(t)
	w.Write(w.Path("lock"), "")
	w = w.With("GPG_TTY=" + tm.Slave.Name())
	j := tm.Start(w.Command("/bin/bash", "-c", `exec 9<lock 300<lock; exec `+w.Bin+` exec --server --profile admin -- sh -c '`+noted+`cat; cat <&9'`))
	url, token := w.request()
	server := w.theServer()
	stat := strings.Fields(w.Read(fmt.Sprintf("/proc/%d/stat", server))) // pid (comm) state ppid pgrp session tty_nr
	if stat[5] != stat[0] || stat[6] != "0" {
		t.Errorf("the server's session and terminal: %v", stat[:7])
	}
	if command := strings.TrimSpace(w.Read(w.Path("pid"))); stat[3] == command || stat[3] == strconv.Itoa(j.Cmd.Process.Pid) {
		t.Errorf("the server's parent is %s; the command is %s, awsbroker %d", stat[3], command, j.Cmd.Process.Pid)
	}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", server))
	if err != nil || len(links) == 0 {
		t.Fatal("no descriptors", err)
	}
	for _, link := range links {
		to, err := os.Readlink(link)
		if err != nil {
			continue
		}
		if to == w.Path("lock") || to == tm.Slave.Name() && filepath.Base(link) != "2" {
			t.Errorf("the server has %s", to)
		}
	}
	line, environ := w.Read(fmt.Sprintf("/proc/%d/cmdline", server)), w.Read(fmt.Sprintf("/proc/%d/environ", server))
	_, body, _ := ask(url, token)
	for _, secret := range append(strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune(`":,{}`, r) }), token, url) {
		if len(secret) > 15 && strings.Contains(line+environ, secret) && !strings.HasPrefix(secret, "http") {
			t.Errorf("%q is for others to see", secret)
		}
	}
	if strings.Contains(environ, "GPG_TTY") {
		t.Error("the server is told of the command's terminal")
	}
	tm.Send(machine.ControlD)
	if code := j.Wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	w.noServer()
}

// TestServerIsNoChild: a command that waits for all its children waits for its
// own.
func TestServerIsNoChild(t *testing.T) {
	t.Parallel()
	w := serverWorld(t)
	r := w.Run("exec", "--server", "--profile", "admin", "--", "/usr/bin/python3", "-c",
		"import os\ntry:\n    print('a child:', os.waitpid(-1, os.WNOHANG))\nexcept ChildProcessError:\n    print('none')")
	if r.Stdout != "none\n" || r.Code != 0 {
		t.Error(r)
	}
}

// TestServerKilled: the command goes on without it.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	w := serverWorld(t)
	done := make(chan machine.Result, 1)
	go func() {
		done <- w.Run("exec", "--server", "--profile", "admin", "--", "sh", "-c", noted+`while [ ! -e go ]; do sleep 0.05; done; echo still here; exit 7`)
	}()
	w.request()
	if err := syscall.Kill(w.theServer(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	w.noServer()
	w.Write(w.Path("go"), "")
	if r := <-done; r.Code != 7 || r.Stdout != "still here\n" {
		t.Error(r)
	}
	wantLocksFree(t, w)
}

// TestServerOfAFailedCommand has nobody to serve.
func TestServerOfAFailedCommand(t *testing.T) {
	t.Parallel()
	w := serverWorld(t)
	w.Write(w.Path("broken"), "#!/no/such/interpreter\n")
	w.Chmod(0o755, w.Path("broken"))
	if r := w.Run("exec", "--server", "--profile", "admin", "--", "./broken"); r.Code != 127 {
		t.Error(r)
	}
	w.noServer()
}

// TestManyServers at once: each command has its own, and none is left.
func TestManyServers(t *testing.T) {
	t.Parallel()
	w := serverWorld(t)
	const n = 12
	var all sync.WaitGroup
	seen := make(chan string, n)
	for range n {
		all.Go(func() {
			r := w.Run("exec", "--server", "--profile", "admin", "--", "sh", "-c", `echo $AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN; sleep 1`)
			if r.Code != 0 || r.Stderr != "" {
				t.Error(r)
			}
			seen <- r.Stdout
		})
	}
	all.Wait()
	close(seen)
	different := map[string]bool{}
	for s := range seen {
		different[s] = true
	}
	if len(different) != n {
		t.Errorf("%d different servers", len(different))
	}
	w.noServer()
	w.wantAssumed(1)
}

// TestServerEndlessRequests: 10,000 of them, some refused, cost the server
// nothing that it keeps.
func TestServerEndlessRequests(t *testing.T) {
	w := serverWorld(t)
	done := make(chan machine.Result, 1)
	go func() {
		done <- w.Run("exec", "--server", "--profile", "admin", "--", "sh", "-c", noted+`while [ ! -e go ]; do sleep 0.05; done`)
	}()
	url, token := w.request()
	server := w.theServer()
	requests(t, url, token, 1000)
	files, before := openFilesOf(server), residentKB(t, server)
	started := time.Now()
	requests(t, url, token, 10_000)
	t.Logf("%s a request", time.Since(started)/10_000)
	eventually(t, "the connections are closed", func() bool { return openFilesOf(server) <= files })
	if after := residentKB(t, server); after > before+8<<10 {
		t.Errorf("%d KB of memory became %d", before, after)
	} else {
		t.Logf("%d KB of memory became %d; %d descriptors", before, after, files)
	}
	w.Write(w.Path("go"), "")
	if r := <-done; r.Code != 0 || r.Stderr != "" {
		t.Error(r)
	}
	w.noServer()
}

// requests sends n of them, a tenth with a wrong token.
func requests(t *testing.T, url, token string, n int) {
	t.Helper()
	address, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	for i := range n {
		with, want := token, "HTTP/1.1 200 OK\r\n"
		if i%10 == 0 {
			with, want = "wrong", "HTTP/1.1 403 Forbidden\r\n"
		}
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", path, address, with)
		line, err := bufio.NewReader(c).ReadString('\n')
		c.Close()
		if line != want || err != nil {
			t.Fatalf("%q, want %q: %v", line, want, err)
		}
	}
}

func openFilesOf(pid int) int {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(entries)
}

// residentKB is the memory of a process, in KiB.
func residentKB(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb
}

// scriptedPinentry puts one on PATH that waits for its answer in the file code; "no" declines.
func (w *world) scriptedPinentry() (asked func() int) {
	w.t.Helper()
	display, err := net.Listen("unix", w.Path("display"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { display.Close() })
	go func() {
		for c, err := display.Accept(); err == nil; c, err = display.Accept() {
			_, _ = io.Copy(c, io.LimitReader(c, 1)) // it answers whoever says hello
			c.Close()
		}
	}()
	w.Write(w.Path("bin/pinentry"), `#!/bin/sh
echo OK hello
while read -r command rest; do
	case $command in
	GETPIN)
		echo asked >>asked
		while [ ! -e code ]; do sleep 0.05; done
		read -r code <code; rm code
		case $code in no) echo ERR 83886179 no; continue;; *) echo D $code; esac;;
	SETDESC) echo "$rest" >>shown;;
	BYE) echo OK; exit;;
	esac
	echo OK
done
`)
	w.Write(w.Path("bin/notify-send"), "#!/bin/sh\necho \"$@\" >>"+w.Path("noticed")+"\n")
	w.Chmod(0o755, w.Path("bin/pinentry"))
	w.Chmod(0o755, w.Path("bin/notify-send"))
	return func() int {
		text, _ := os.ReadFile(w.Path("asked"))
		return strings.Count(string(text), "asked")
	}
}

// pinentries that run.
func (w *world) pinentries() (n int) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		if line, err := os.ReadFile(path); err == nil && strings.Contains(string(line), w.Path("bin/pinentry")) {
			n++
		}
	}
	return n
}

// answersElsewhere are what may become of a server's question.
var answersElsewhere = map[string]func(t *testing.T, w *world, tm *machine.Terminal, ask func() (int, string)){
	"a code": func(t *testing.T, w *world, _ *machine.Terminal, ask func() (int, string)) {
		w.AWS.Server.SetSessionLife(0)
		w.Write(w.Path("new"), w.Code()+"\n")
		_ = os.Rename(w.Path("new"), w.Path("code"))
		eventually(t, "there is a new session", func() bool { return w.assumed() == 2 })
		time.Sleep(5 * time.Second) // the first one would have ended
		if status, body := ask(); status != 200 {
			t.Error(status, body)
		}
	},
	"no": func(t *testing.T, w *world, tm *machine.Terminal, ask func() (int, string)) {
		w.Write(w.Path("code"), "no\n")
		eventually(t, "the session ends", func() bool { status, _ := ask(); return status == 503 })
		if _, body := ask(); !strings.Contains(body, "awsbroker login --profile admin") {
			t.Error(body)
		}
		tm.Expect("in another terminal run: awsbroker login --profile admin")
		eventually(t, "the desktop shows a notice", func() bool { _, err := os.Stat(w.Path("noticed")); return err == nil })
		if notice := w.Read(w.Path("noticed")); !strings.Contains(notice, "the session of profile admin") || strings.Count(notice, "\n") != 1 {
			t.Errorf("the notices: %q", notice)
		}
		time.Sleep(2 * time.Second)
		w.AWS.Server.SetSessionLife(0)
		w.Login("admin")
		eventually(t, "it takes the login's session", func() bool { status, _ := ask(); return status == 200 })
		noted := regexp.MustCompile(fmt.Sprintf(`(?s)"how": *"cached",\s*"command": *"exec",\s*"program": *"sh",\s*"caller": *"sh",\s*"pid": *%d`, w.commandPID()))
		if r := w.Run("log", "--json"); !noted.MatchString(r.Stdout) {
			t.Errorf("the log has nothing of it: %v", r)
		}
	},
	"the command is killed": func(t *testing.T, w *world, _ *machine.Terminal, _ func() (int, string)) {
		_ = syscall.Kill(w.commandPID(), syscall.SIGKILL)
		w.noServer()
		eventually(t, "the question is gone", func() bool { return w.pinentries() == 0 })
		wantLocksFree(t, w)
	},
}

// TestServerAsksElsewhere: a server that needs a person asks once a session,
// by pinentry and never at the command's terminal, and says who is asking.
func TestServerAsksElsewhere(t *testing.T) {
	t.Parallel()
	for how, then := range answersElsewhere {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w, tm := newWorld(t), machine.NewTerminal(t)
			w.Write(w.Path("home/.aws/config"), w.Read(w.Path("home/.aws/config"))+"awsbroker_min_ttl = 4s\n")
			asked := w.scriptedPinentry()
			w.AWS.Server.SetSessionLife(8 * time.Second)
			w.Login("admin")
			w = w.With("WAYLAND_DISPLAY="+w.Path("display"), "GPG_TTY="+tm.Slave.Name())
			j := tm.Start(w.Command(w.Bin, "exec", "--server", "--profile", "admin", "--", "sh", "-c",
				noted+`while [ ! -e go ]; do sleep 0.05; done; exit 7`))
			url, token := w.request()
			ask := func() (int, string) { status, body, _ := ask(url, token); return status, body }
			eventually(t, "it asks", func() bool { return asked() == 1 })
			if text := w.Read(w.Path("shown")); !strings.Contains(text, fmt.Sprintf("sh (process %d)", w.commandPID())) || !strings.Contains(text, "profile admin") {
				t.Errorf("shown: %s", text)
			}
			if status, body := ask(); status != 200 { // while the question is open
				t.Error(status, body)
			}
			then(t, w, tm, ask)
			if asked() != 1 || tm.Count("MFA code of") > 0 || tm.Count("awsbroker: ") > 1 {
				t.Errorf("it asked %d times, or at the terminal, or said twice what to do", asked())
			}
			w.Write(w.Path("go"), "")
			if code := j.Wait(); code != 7 && code != -1 {
				t.Errorf("exit %d", code)
			}
			w.noServer()
			w.wantAssumed(2)
		})
	}
}

// commandPID is that of the command, which noted it.
func (w *world) commandPID() int {
	w.t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(w.Read(w.Path("pid"))))
	if err != nil {
		w.t.Fatal(err)
	}
	return pid
}

// TestServerInAContainer: where the kernel keeps no keys and a person types
// the passphrase of the keystore, the server needs it no more.
func TestServerInAContainer(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	filter := w.Path("bin/seccomptest")
	w.Install(build(t, "github.com/awsbroker/awsbroker/internal/seccomptest", "seccomptest"), filter)
	w.Write(w.Path("home/.aws/config"), w.Read(w.Path("home/.aws/config"))+"awsbroker_min_ttl = 4s\n")
	w.AWS.Server.SetSessionLife(8 * time.Second)
	typed := w.Without("AWSBROKER_FILE_PASSPHRASE")
	j := tm.Start(typed.Command(filter, w.Bin, "exec", "--server", "--profile", "admin", "--", "sh", "-c",
		noted+`while [ ! -e go ]; do sleep 0.05; done; exit 7`))
	tm.Expect("passphrase of")
	tm.Send(machine.Passphrase + "\n")
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	url, token := w.request()
	tm.Expect("in another terminal run: awsbroker login --profile admin")
	w.AWS.Server.SetSessionLife(0)
	login := w.Command(filter, w.Bin, "login", "--profile", "admin", "--mfa-code", "-")
	login.Stdin = strings.NewReader(w.Code())
	if r := w.Finish(login); r.Code != 0 {
		t.Fatal(r)
	}
	time.Sleep(5 * time.Second) // the first one would have ended
	if status, body, err := ask(url, token); status != 200 {
		t.Error(status, body, err)
	}
	w.Write(w.Path("go"), "")
	if code := j.Wait(); code != 7 {
		t.Errorf("exit %d", code)
	}
	w.noServer()
	w.wantAssumed(2)
}

// TestServerWithoutAWS: while AWS is silent, requests are answered at
// once, with what is there and then with why there is nothing. The server
// tries again, not all the time, and goes on when AWS is back.
func TestServerWithoutAWS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.Path("home/.aws/config")
	w.Write(config, w.Read(config)+"awsbroker_mfa_session = 8h\n")
	w.Login("admin")
	w.Write(config, w.Read(config)+"awsbroker_duration_seconds = 900\n") // another role session, which is not there yet
	w.AWS.Server.SetSessionLife(6 * time.Second)
	done := make(chan machine.Result, 1)
	go func() {
		done <- w.Run("exec", "--server", "--profile", "admin", "--", "sh", "-c", noted+`while [ ! -e go ]; do sleep 0.05; done`)
	}()
	url, token := w.request()
	if err := w.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultDelay, Delay: time.Minute, Times: -1}); err != nil {
		t.Fatal(err)
	}
	before := w.assumed()
	slowest := time.Duration(0)
	var body string
	eventually(t, "the session ends", func() bool {
		started := time.Now()
		status, text, _ := ask(url, token)
		slowest, body = max(slowest, time.Since(started)), text
		return status == 503
	})
	if slowest > time.Second {
		t.Errorf("an answer took %s", slowest)
	}
	if !strings.Contains(body, "has ended") {
		t.Error(body)
	}
	if n := w.assumed() - before; n > 3 {
		t.Errorf("AWS was asked %d times", n)
	}
	w.AWS.Server.ClearFaults()
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if status, _, _ := ask(url, token); status == 200 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("it does not go on")
		}
	}
	w.Write(w.Path("go"), "")
	if r := <-done; r.Code != 0 {
		t.Error(r)
	}
	w.noServer()
}

// TestExecWithInAContainer: where the kernel keeps no keys, the command's own
// awsbrokers need the passphrase. The file that has it is passed on; the
// passphrase itself is not, and that is said.
func TestExecWithInAContainer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	filter := w.Path("bin/seccomptest")
	w.Install(build(t, "github.com/awsbroker/awsbroker/internal/seccomptest", "seccomptest"), filter)
	w.Write(w.Path("passphrase"), machine.Passphrase+"\n")
	const child = "awsbroker credential-process --profile admin; echo status=$?; env"
	run := func(w *world, args ...string) machine.Result {
		return w.Finish(w.Command(filter, append([]string{w.Bin, "exec", "--with", "admin"}, args...)...))
	}
	r := run(w.Without("AWSBROKER_FILE_PASSPHRASE").With("AWSBROKER_FILE_PASSPHRASE_FILE="+w.Path("passphrase")), "--mfa-code", w.Code(), "--", "sh", "-c", child)
	if r.Code != 0 || !strings.Contains(r.Stdout, `"Version":1`) || r.Stderr != "" || strings.Contains(r.Stdout, machine.Passphrase) {
		t.Error(r)
	}
	r = run(w, "--", "sh", "-c", child)
	if !strings.Contains(r.Stdout, "status=4") || strings.Count(r.Stderr, "AWSBROKER_FILE_PASSPHRASE_FILE would reach them") != 1 || strings.Contains(r.Stdout, machine.Passphrase) {
		t.Error(r)
	}
	w.wantAssumed(1)
}
