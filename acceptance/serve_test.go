//go:build linux

package acceptance

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// given is a server of the profile admin at a socket, and the terminal that it was started
// at.
type given struct {
	*machine.Job
	at     *machine.Terminal
	socket string
}

// serve starts a server of the profile admin, which has a session.
func (w *world) serve() *given {
	w.t.Helper()
	return w.serveAt(w.Path("served/aws"))
}

func (w *world) serveAt(socket string) *given {
	w.t.Helper()
	g := &given{at: machine.NewTerminal(w.t), socket: socket}
	g.Job = g.at.Start(w.Command(w.Bin, "serve", "admin", "--socket", g.socket))
	g.at.Expect("awsbroker: serving profile admin at " + g.socket)
	return g
}

// stop ends it as a person does.
func (g *given) stop() {
	g.T.Helper()
	g.at.Send(machine.ControlC)
	if code := g.Wait(); code != 0 {
		g.T.Fatalf("exit %d", code)
	}
}

// elsewhere runs the client with nothing of this machine's: no home directory, no profile,
// no keychain.
func (w *world) elsewhere(program string, args ...string) *exec.Cmd {
	cmd := w.Command(program, args...)
	cmd.Env = []string{"PATH=" + filepath.Dir(w.Bin) + ":/usr/bin:/bin"}
	return cmd
}

func (w *world) askAt(socket string) machine.Result {
	w.t.Helper()
	return w.Finish(w.elsewhere(w.Bin, "credential-process", "--socket", socket))
}

// TestServe: the session of a profile, for clients that have nothing but the socket.
func TestServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Login("admin")
	g := w.serve()
	a := wantAnswer(t, w.askAt(g.socket))
	if own := wantAnswer(t, w.Run("credential-process", "--profile", "admin")); own.AccessKeyID != a.AccessKeyID || own.SessionToken != a.SessionToken {
		t.Errorf("%s and %s", own.AccessKeyID, a.AccessKeyID)
	}
	for path, want := range map[string]os.FileMode{g.socket: 0o600, filepath.Dir(g.socket): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	r := w.Finish(w.elsewhere("/bin/sh", "-c", w.Bin+" credential-process --socket "+g.socket+"; true"))
	wantAnswer(t, r)
	g.at.Expect("a session for acceptance")
	if r := w.Run("list"); !strings.Contains(r.Stdout, "profile admin at "+g.socket+" (process ") {
		t.Errorf("list: %v", r)
	}
	if r := w.Run("log"); !strings.Contains(r.Stdout, "serve from acceptance") {
		t.Errorf("log: %v", r)
	}
	g.stop()
	g.at.Expect("the server has ended")
	if _, err := os.Lstat(g.socket); !os.IsNotExist(err) {
		t.Error("the socket is left")
	}
	wantFailure(t, w.askAt(g.socket), 6, "no server was started there, or it has ended")
	if r := w.Run("list"); strings.Contains(r.Stdout, g.socket) {
		t.Errorf("list: %v", r)
	}
	w.wantAssumed(1)
}

// TestServeAsks: the question is at the terminal of the server and names who asks; the
// client waits, and nothing is at its own terminal.
func TestServeAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.serveWithoutSession()
	there := machine.NewTerminal(t)
	cmd := w.elsewhere("/bin/sh", "-c", w.Bin+" credential-process --socket "+g.socket+"; exit $?")
	var out bytes.Buffer
	cmd.Stdout = &out
	job := there.Start(cmd)
	if shown := g.at.Expect("MFA code of"); !strings.Contains(shown, "asked for by acceptance") {
		t.Errorf("shown: %s", shown)
	}
	time.Sleep(12 * time.Second) // longer than a client waits for a server that says nothing
	g.at.Send(w.Code() + "\n")
	if code := job.Wait(); code != 0 || out.Len() == 0 || there.Screen() != "" {
		t.Errorf("exit %d, %q, %q", code, out.String(), there.Screen())
	}
	w.wantAssumed(2)
	g.stop()
}

// TestServeKilled: of a server or a client that is killed in the middle, the other side
// says so in one line, or goes on. What is left of it is in nobody's way.
func TestServeKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.serveWithoutSession()
	asking := w.elsewhere(w.Bin, "credential-process", "--socket", g.socket)
	if err := asking.Start(); err != nil {
		t.Fatal(err)
	}
	g.at.Expect("MFA code of")
	_ = asking.Process.Kill()
	_ = asking.Wait() // and its question is over
	g.at.Expect("no session for")

	done := make(chan machine.Result, 1)
	go func() { done <- w.askAt(g.socket) }()
	g.at.Expect("MFA code of")
	_ = g.Cmd.Process.Kill()
	wantFailure(t, <-done, 6, "ended before it answered")
	wantFailure(t, w.askAt(g.socket), 6, "there is no server at")
	if r := w.Run("list"); strings.Contains(r.Stdout, g.socket) {
		t.Errorf("list: %v", r)
	}
	w.Login("admin")
	again := w.serve() // in the place of the dead one's socket
	wantAnswer(t, w.askAt(g.socket))
	again.stop()
}

// TestServeSecond: of two servers at one socket the second is refused, and the first goes on.
func TestServeSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Login("admin")
	g := w.serve()
	wantError(t, w.Run("serve", "admin", "--socket", g.socket), 1, "another server listens at")
	w.Mkdir(w.Path("open"), 0o755)
	wantError(t, w.Run("serve", "admin", "--socket", w.Path("open/aws")), 1, "other users may enter the directory")
	w.Write(w.Path("served/file"), "mine")
	wantError(t, w.Run("serve", "admin", "--socket", w.Path("served/file")), 1, "it is not a socket")
	wantError(t, w.Run("serve", "admin", "--socket", w.Path("served/"+strings.Repeat("x", 120))), 2, "and the system allows 103")
	if w.Read(w.Path("served/file")) != "mine" {
		t.Error("the file is lost")
	}
	wantAnswer(t, w.askAt(g.socket))
	g.stop()
}

func wantError(t *testing.T, r machine.Result, code int, says string) {
	t.Helper()
	if r.Code != code || r.Stdout != "" || !strings.Contains(r.Stderr, says) {
		t.Errorf("want exit code %d and %q: %v", code, says, r)
	}
}

// TestServeLogout ends the servers of a profile.
func TestServeLogout(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"logout", "admin"}, {"logout", "--all"}} {
		w := newWorld(t)
		w.Login("admin")
		g := w.serve()
		if r := w.Run(args...); r.Code != 0 || !strings.Contains(r.Stderr, "1 server ended") {
			t.Error(r)
		}
		if code := g.Wait(); code != 0 {
			t.Errorf("exit %d", code)
		}
		g.at.Expect("the server has ended, because profile admin was logged out")
		wantFailure(t, w.askAt(g.socket), 6, "has ended")
	}
}

// TestServeOtherUsers: another user gets nothing, even where the directory lets them in;
// root of a container does.
func TestServeOtherUsers(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t))
	w.Login("admin")
	w.Mkdir(w.Path("served"), 0o700)
	g := w.serve()
	as := func(uid int) machine.Result {
		cmd := w.elsewhere(w.Bin, "credential-process", "--socket", g.socket)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
		return w.Finish(cmd)
	}
	eve := user(t)
	wantFailure(t, as(eve), 1, fmt.Sprintf("user %d may not use the socket", eve))
	wantAnswer(t, as(0))
	for _, path := range []string{filepath.Dir(g.socket), g.socket} {
		w.Chmod(0o777, path)
	}
	wantFailure(t, as(eve), 1, fmt.Sprintf("the server is for user %d, and user %d asks", w.UID, eve))
	wantAnswer(t, as(w.UID))
	g.stop()
}

// TestServeStrangeClients: what is no client of ours is no harm.
func TestServeStrangeClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Login("admin")
	g := w.serve()
	for _, says := range []string{"", "\n", "GET / HTTP/1.1\r\n\r\n", "{", `{"version":99}` + "\n", strings.Repeat("x", 1<<20), "\x00\n", `{"program":"\u001b[2J","host":"` + strings.Repeat("h", 9000) + `"}` + "\n"} {
		c, err := net.Dial("unix", g.socket)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte(says))
		if !strings.Contains(says, "program") {
			_ = c.(*net.UnixConn).CloseWrite()
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		answer := make([]byte, 1<<10)
		n, _ := c.Read(answer)
		if strings.Contains(string(answer[:n]), "ASIA") != strings.Contains(says, "program") {
			t.Errorf("%.40q: %s", says, answer[:n])
		}
		c.Close()
	}
	if strings.Contains(g.at.Screen(), "\x1b[2J") {
		t.Errorf("%q", g.at.Screen())
	}
	wantAnswer(t, w.askAt(g.socket))
	g.stop()
}
