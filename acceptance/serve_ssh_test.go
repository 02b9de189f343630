//go:build linux

package acceptance

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// sshd starts one on the loopback interface for this user, with keys of the test's, and
// returns the words of a client that connects there.
func (w *world) sshd() []string {
	w.t.Helper()
	needRoot(w.t)
	const daemon = "/usr/sbin/sshd"
	if _, err := os.Stat(daemon); err != nil {
		skip(w.t, "there is no sshd")
	}
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // which a service would have made
		w.t.Fatal(err)
	}
	for _, name := range []string{"host", "client"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", w.Path(name)).CombinedOutput(); err != nil {
			w.t.Fatalf("ssh-keygen: %v %s", err, out)
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	address := free.Addr().(*net.TCPAddr)
	free.Close()
	w.Write(w.Path("sshd.conf"), fmt.Sprintf(`ListenAddress %s
HostKey %s
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
AuthorizedKeysFile %s
StreamLocalBindUnlink yes
StreamLocalBindMask 0177
`, address, w.Path("host"), w.Path("client.pub")))
	cmd := exec.Command(daemon, "-D", "-e", "-f", w.Path("sshd.conf"))
	log := w.Create("sshd.log")
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); log.Close() })
	eventually(w.t, "sshd listens", func() bool {
		c, err := net.Dial("tcp", address.String())
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return []string{"-F", "none", "-i", w.Path("client"), "-o", "UserKnownHostsFile=" + w.Path("known_hosts"), "-o", "StrictHostKeyChecking=accept-new",
		"-o", "ExitOnForwardFailure=yes", "-p", fmt.Sprint(address.Port), "root@127.0.0.1"}
}

// far is a connection that forwards a socket there to the server's.
func (w *world) far(words []string, socket, there string) *exec.Cmd {
	w.t.Helper()
	cmd := exec.Command("ssh", append([]string{"-R", there + ":" + socket, "-N"}, words...)...)
	cmd.Env, cmd.SysProcAttr = w.Env, &syscall.SysProcAttr{Setsid: true}
	complaint := w.Create("ssh.err")
	cmd.Stderr = complaint
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	complaint.Close()
	w.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(w.t, "the socket is there", func() bool { _, err := os.Lstat(there); return err == nil })
	return cmd
}

// TestServeSSH: a real sshd, and ssh -R. The question is at home and says that it comes
// through ssh, from which host by that host's own word. Whatever is killed, the other side
// says so in one line.
func TestServeSSH(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	words := w.sshd()
	w.Login("admin")
	g := w.serve()
	w.Mkdir(w.Path("there"), 0o700)
	there := w.Path("there/aws")
	ssh := w.far(words, g.socket, there)

	r := w.Finish(exec.Command("ssh", append(words, "env -i "+w.Bin+" credential-process --socket "+there)...))
	if r.Stderr = ""; r.Code != 0 {
		t.Fatal(r)
	}
	wantAnswer(t, r)
	host, _ := os.Hostname()
	g.at.Expect(fmt.Sprintf(" on %s (it says), through ssh (process %d), valid for", host, ssh.Process.Pid))
	if r := w.Run("log"); !strings.Contains(r.Stdout, fmt.Sprintf("serve from ssh %d (", ssh.Process.Pid)) {
		t.Errorf("log: %v", r)
	}

	// A question at home, and the connection is cut.
	g.stop()
	g = w.serveWithoutSession()
	ask := func() chan machine.Result {
		done := make(chan machine.Result, 1)
		go func() { done <- w.askAt(there) }()
		g.at.Expect("through ssh (process ")
		g.at.Expect("MFA code of")
		return done
	}
	done := ask()
	_ = ssh.Process.Kill()
	_ = ssh.Wait()
	wantFailure(t, <-done, 6, "ended before it answered")
	g.at.Expect("no session for")
	wantFailure(t, w.askAt(there), 6, there)

	// A new connection, and the server is killed.
	w.far(words, g.socket, there)
	eventually(t, "it is connected", func() bool { c, err := net.Dial("unix", there); return err == nil && c.Close() == nil })
	done = ask()
	_ = g.Cmd.Process.Kill()
	wantFailure(t, <-done, 6, "ended before it answered")
	started := time.Now()
	wantFailure(t, w.askAt(there), 6, "ended before it answered")
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// serveWithoutSession starts a server whose session ends at once.
func (w *world) serveWithoutSession() *given {
	w.t.Helper()
	w.AWS.Server.SetSessionLife(8 * time.Second)
	w.Login("admin")
	g := w.serve()
	w.AWS.Server.SetSessionLife(0)
	time.Sleep(9 * time.Second)
	return g
}
