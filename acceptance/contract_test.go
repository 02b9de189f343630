//go:build linux

package acceptance

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// slack for "in under a second" on a busy machine with race detectors around.
const underASecond = 3 * time.Second

const hint = "awsbroker login --profile admin"

// TestNoTerminal: nobody can be asked, so it says so at once, and what to run.
func TestNoTerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.Run("credential-process", "--profile", "admin")
	wantFailure(t, r, 4, hint)
	if r.Took > underASecond {
		t.Errorf("it took %s", r.Took)
	}
}

// TestAtTerminal: the question is at the terminal alone; stdin is a pipe that
// nobody writes to or closes, stderr one that nobody looks at.
func TestAtTerminal(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	cmd := w.Command(w.Bin, "credential-process", "--profile", "admin")
	stdin, silent, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	defer stdin.Close()
	out, complaint := w.Create("out"), w.Create("err")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, out, complaint
	j := tm.Start(cmd)
	if shown := tm.Expect(asking); !strings.Contains(shown, "role admin-mfa in account 123456789012") || !strings.Contains(shown, w.URL) {
		t.Errorf("the question names neither role nor host: %q", shown)
	}
	if shown := tm.Expect(": "); !strings.Contains(shown, w.AWS.Device.Serial) {
		t.Errorf("the question does not name the device: %q", shown)
	}
	tm.Send(w.Code() + "\n")
	j.Wait()
	wantAnswer(t, machine.Result{Stdout: w.Read(w.Path("out")), Stderr: w.Read(w.Path("err")), Code: j.Result.Code})
}

// TestSilentStdin without a terminal: nothing is read there either.
func TestSilentStdin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stdin, silent, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cmd := w.Command(w.Bin, "credential-process", "--profile", "admin")
	cmd.Stdin = stdin
	r := w.Finish(cmd)
	wantFailure(t, r, 4, hint)
	if r.Took > underASecond {
		t.Errorf("it took %s", r.Took)
	}
}

// TestBackgroundJob: a job that does not have the terminal is not stopped by
// the kernel for reading it, and a person at that terminal is not disturbed.
func TestBackgroundJob(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	started := time.Now()
	tm.Start(w.Command("/bin/sh", "-c", "set -m; "+w.Bin+" credential-process --profile admin >out 2>err & wait $!; echo ended=$?"))
	tm.Expect("ended=4")
	if took := time.Since(started); took > underASecond {
		t.Errorf("it took %s", took)
	}
	wantFailure(t, machine.Result{Stdout: w.Read(w.Path("out")), Stderr: w.Read(w.Path("err")), Code: 4}, 4, hint)
	if tm.Count(asking) > 0 {
		t.Error("it asked")
	}
}

// TestFiveDigits: what cannot be a code is not sent, and may be corrected.
func TestFiveDigits(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.At(tm, "run", "credential-process", "--profile", "admin")
	tm.Expect(asking)
	tm.Send("12345\n")
	tm.Expect("six digits")
	tm.Expect(asking)
	code := w.Code()
	tm.Send(" " + code[:3] + " " + code[3:] + "\n") // as authenticator apps show it
	wantAnswer(t, c.Outcome())
	w.wantAssumed(1)
}

// TestClosedStreams: a caller may have closed any of the three, or the disk
// behind stdout may be full. That costs nobody a code a second time.
func TestClosedStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.Bin + " credential-process --profile admin"
	t.Run("nothing cached", func(t *testing.T) {
		for _, closed := range []string{"<&-", ">&-", "2>&-", "<&- >&- 2>&-"} {
			r := w.Sh(run + " " + closed)
			if r.Code != 4 || r.Stdout != "" || r.Took > underASecond || strings.Count(r.Stderr, "\n") > 1 {
				t.Errorf("%s: %v", closed, r)
			}
		}
	})
	machine.Rest()
	t.Run("with a code", func(t *testing.T) {
		r := w.Sh("echo " + w.Code() + " | " + run + " --mfa-code - >/dev/full")
		wantFailure(t, r, 1, "no space left on device")
	})
	t.Run("cached", func(t *testing.T) {
		wantAnswer(t, w.Sh(run))
		wantAnswer(t, w.Sh(run+" <&-"))
		wantAnswer(t, w.Sh(run+" 2>&-"))
		wantFailure(t, w.Sh(run+" >/dev/full"), 1, "no space left on device")
		// The Go runtime opens /dev/null for a closed stdout, so nobody notices.
		if r := w.Sh(run + " >&-"); r.Code != 0 || r.Stderr != "" {
			t.Errorf("stdout closed: %v", r)
		}
	})
	w.wantAssumed(1)
}

// TestEchoComesBack: a hidden question that is cancelled leaves the terminal
// as it was.
func TestEchoComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, cancel := range map[string]func(*machine.Terminal, *machine.Caller){
		"ctrl-c":  func(tm *machine.Terminal, _ *machine.Caller) { tm.Send(machine.ControlC) },
		"ctrl-d":  func(tm *machine.Terminal, _ *machine.Caller) { tm.Send(machine.ControlD) },
		"sigterm": func(_ *machine.Terminal, c *machine.Caller) { _ = c.Job.Cmd.Process.Signal(syscall.SIGTERM) },
		"sighup":  func(_ *machine.Terminal, c *machine.Caller) { _ = c.Job.Cmd.Process.Signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			tm := machine.NewTerminal(t)
			c := w.At(tm, "add-"+name, "add", "other")
			tm.Expect("access key id: ")
			tm.Send("AKIAOTHEROTHEROTHER2\n")
			tm.Expect("secret access key (not shown): ")
			if tm.Echoes() {
				t.Error("the terminal shows what is typed now")
			}
			tm.Send("half of a sec")
			time.Sleep(100 * time.Millisecond) // the kernel takes a moment to type it
			cancel(tm, c)
			if name == "ctrl-d" { // the first only handed over what was typed
				tm.Send(machine.ControlD)
			}
			if r := c.Outcome(); r.Code != 4 || r.Stdout != "" {
				t.Errorf("cancelled: %v", r)
			}
			if !tm.Echoes() {
				t.Error("the terminal shows nothing any more")
			}
			if tm.Count("half of a sec") > 0 {
				t.Error("the secret was shown")
			}
			tm.Send("\n")
			tm.Expect("\n")
			if n, err := unix.IoctlGetInt(int(tm.Slave.Fd()), unix.TIOCINQ); err != nil || n > 1 {
				t.Errorf("%d bytes of it are left for the shell (%v)", n, err)
			}
		})
	}
}

// TestCallerDies after the code was typed: the code is spent, so the session
// has to be there for the next call.
func TestCallerDies(t *testing.T) {
	t.Parallel()
	for name, die := range map[string]func(*machine.Terminal, *machine.Job){
		"hangup": func(tm *machine.Terminal, _ *machine.Job) { tm.Slave.Close(); tm.Master.Close() },
		"sigterm": func(_ *machine.Terminal, j *machine.Job) {
			for _, pid := range j.Processes("awsbroker") {
				_ = syscall.Kill(pid, syscall.SIGTERM)
			}
		},
		"parent killed": func(_ *machine.Terminal, j *machine.Job) {
			for _, shell := range []string{"sh", "cat"} {
				for _, pid := range j.Processes(shell) {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, tm := newWorld(t), machine.NewTerminal(t)
			if err := w.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultDelay, Delay: 700 * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
			j := tm.Start(w.Command("/bin/sh", "-c", w.Bin+" credential-process --profile admin | cat >out; exit"))
			tm.Expect(asking)
			tm.Send(w.Code() + "\n")
			eventually(t, "the code is on its way", func() bool { return w.assumed() == 1 })
			die(tm, j)
			eventually(t, "it ended", func() bool { return len(j.Processes("awsbroker")) == 0 })
			wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
			w.wantAssumed(1)
		})
	}
}

// TestExecAfterAQuestion: the command takes the place of a process that had
// its signals arranged for asking. It has to find them as a shell would leave
// them.
func TestExecAfterAQuestion(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.At(tm, "exec", "exec", "--profile", "admin", "--", "grep", "Sig", "/proc/self/status")
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	r := c.Outcome()
	for _, set := range []string{"SigIgn", "SigBlk"} {
		if signals := signalSet(t, r.Stdout, set); signals != 0 {
			t.Errorf("%s of the child is %b", set, signals)
		}
	}
	if r.Code != 0 || r.Stderr != "" {
		t.Error(r)
	}
}

// signalSet reads a set of signals from a status file of proc(5), without
// those that whoever runs the tests has it anyway (CI ignores signal 32).
func signalSet(t *testing.T, status, name string) uint64 {
	t.Helper()
	own, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	return rawSignalSet(t, status, name) &^ rawSignalSet(t, string(own), "SigIgn")
}

func rawSignalSet(t *testing.T, status, name string) uint64 {
	t.Helper()
	for _, line := range strings.Split(status, "\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
			if err == nil {
				return n
			}
		}
	}
	t.Fatalf("no %s in %q", name, status)
	return 0
}

// TestExecUnderNohup: who ignored SIGHUP goes on ignoring it.
func TestExecUnderNohup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Login("admin")
	r := w.Sh("nohup " + w.Bin + " exec --profile admin -- grep Sig /proc/self/status")
	const hangup = 1 << (syscall.SIGHUP - 1)
	if all, more := rawSignalSet(t, r.Stdout, "SigIgn"), signalSet(t, r.Stdout, "SigIgn"); all&hangup == 0 || more&^hangup != 0 {
		t.Errorf("SigIgn is %b: %v", all, r)
	}
}

// TestExecControlC: the command is the foreground job; a Ctrl-C reaches it once
// and what it makes of it is the exit status.
func TestExecControlC(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	w.Login("admin")
	j := tm.Start(w.Command(w.Bin, "exec", "--profile", "admin", "--", "sh", "-c",
		`trap 'echo caught; n=1' INT; echo ready; while [ -z "$n" ]; do sleep 0.1; done; sleep 0.5; exit 7`))
	tm.Expect("ready")
	tm.Send(machine.ControlC)
	if code := j.Wait(); code != 7 {
		t.Errorf("exit %d, want 7", code)
	}
	if n := tm.Count("caught"); n != 1 {
		t.Errorf("the child got %d signals", n)
	}
	killed := tm.Start(w.Command("/bin/sh", "-c", w.Bin+" exec --profile admin -- sh -c 'kill -TERM $$'; echo status=$?"))
	tm.Expect("status=143")
	killed.Wait()
}

// silentBus accepts connections, counts them, and never answers.
func silentBus(t *testing.T, path string) (connections func() int) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	got := make(chan net.Conn, 1000)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = bufio.NewReader(c).ReadString(0) }()
			got <- c
		}
	}()
	return func() int {
		time.Sleep(50 * time.Millisecond)
		return len(got)
	}
}

// TestHungBus: a session bus that accepts and is silent hangs nothing that
// has no use for it.
func TestHungBus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	connections := silentBus(t, w.Path("bus"))
	w = w.With("DBUS_SESSION_BUS_ADDRESS=unix:path=" + w.Path("bus")).Without("AWSBROKER_KEYSTORE")
	for args, code := range map[string]int{
		"--help": 0, "version": 0, "list": 0, "credential-process --profile admin": 4, "exec --profile admin -- true": 4,
	} {
		if r := w.Run(strings.Fields(args)...); r.Code != code || r.Took > underASecond {
			t.Errorf("%s: %v", args, r)
		}
	}
	if n := connections(); n > 0 {
		t.Errorf("%d connections", n)
	}
	// Where the keychain is on that bus, it says so instead of waiting.
	r := w.Run("credential-process", "--profile", "admin", "--keystore", "secret-service")
	if r.Code != 7 || r.Took > underASecond || strings.Count(r.Stderr, "\n") != 1 {
		t.Errorf("with the keychain on the bus: %v", r)
	}
}

// TestFlagsAreNotRemembered: a session that was asked for with --region is not
// the answer to a call without it.
func TestFlagsAreNotRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine.Rest()
	if r := w.RunWith(w.Code(), "login", "--profile", "admin", "--region", "us-west-2", "--mfa-code", "-"); r.Code != 0 {
		t.Fatal(r)
	}
	wantAnswer(t, w.Run("credential-process", "--profile", "admin")) // the session is good everywhere
	for _, flags := range [][]string{nil, {"--region", "us-west-2"}, nil} {
		r := w.Run(slices.Concat([]string{"exec", "--profile", "admin"}, flags, []string{"--", "sh", "-c", "echo $AWS_REGION"})...)
		if want := append(flags, "", "eu-central-1")[1]; r.Code != 0 || strings.TrimSpace(r.Stdout) != want {
			t.Errorf("%v: %v, not %s", flags, r, want)
		}
	}
}

// TestFileSizeLimit: a limit on file sizes is a disk that is always full.
func TestFileSizeLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, ignored := range []string{"", "trap '' XFSZ; "} {
		r := w.Sh(fmt.Sprintf("%sulimit -f 0; echo %s | %s credential-process --profile admin --mfa-code -", ignored, w.Code(), w.Bin))
		wantAnswer(t, r)
	}
	r := w.Sh(fmt.Sprintf("ulimit -f 0; echo %s | %s exec --profile admin --mfa-code - -- grep Sig /proc/self/status", w.Code(), w.Bin))
	if signals := signalSet(t, r.Stdout, "SigIgn"); r.Code != 0 || signals != 0 {
		t.Errorf("SigIgn is %b: %v", signals, r)
	}
	if left, _ := filepath.Glob(w.Path("home/.cache/awsbroker/sessions/.*")); len(left) > 0 {
		t.Errorf("half a file is left: %v", left)
	}
}
