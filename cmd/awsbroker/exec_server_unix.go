//go:build !windows

package main

// On Unix the command takes awsbroker's place: its process, its terminal, its
// signals and its exit status are the kernel's business. So the server is a
// process of its own, with nothing of the command's but its stderr:
//
//	awsbroker exec --server      listens, and starts
//	└ awsbroker exec-server      which starts itself again and ends, so that
//	  └ awsbroker exec-server    the server is not the command's child: a
//	                             command may wait for every child it finds
//
// The server leads a session without a terminal. No key at the command's
// terminal reaches it, and it has none to ask at.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/process"
	"github.com/awsbroker/awsbroker/internal/standin"
)

// Descriptors that the server inherits.
const (
	listenerFD = iota + 3
	handoverFD // the handover, as JSON
	readyFD    // where it says that it is ready, or why it is not
	firstOther // the first that it has no use for
)

// startPatience is how long the server may take to be ready.
const startPatience = 10 * time.Second

const ready = "ready"

// startServer gives l to the server process. It returns when that answers, and
// watches this process, which is to become the command.
func (a *app) startServer(_ context.Context, _ *broker.Broker, l net.Listener, h handover) (end func() visits, err error) {
	h.Command = os.Getpid()
	defer l.Close()
	listener, err := l.(*net.TCPListener).File()
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	defer ours.Close()
	answer, says, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer says.Close()
	cmd, err := startSelf(append(a.globalFlags(), "exec-server"), listener, theirs, says)
	if err != nil {
		return nil, err
	}
	cmd.Env = slices.DeleteFunc(slices.Clone(a.environ), func(kv string) bool { return strings.HasPrefix(kv, "GPG_TTY=") })
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	theirs.Close() // so that a server that died is noticed
	says.Close()
	_ = ours.SetWriteDeadline(time.Now().Add(startPatience))
	if err := json.NewEncoder(ours).Encode(h); err != nil {
		return nil, err
	}
	ours.Close()
	_ = answer.SetReadDeadline(time.Now().Add(startPatience))
	text := make([]byte, 1<<10) // it comes in one piece
	n, err := answer.Read(text)
	if err == nil && string(text[:n]) != ready {
		err = errors.New(string(text[:n]))
	}
	if err != nil {
		answer.Close()
		return nil, err
	}
	return func() visits { return readVisits(answer) }, nil
}

// readVisits reads what the server has said since it was ready.
func readVisits(answer *os.File) visits {
	_ = answer.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	text, err := io.ReadAll(answer)
	if err == nil { // the server has ended before its command
		return unknownVisits
	}
	return visits(text)
}

// startSelf returns a command that runs this program, with files as descriptors from
// listenerFD on and nothing on standard input and output.
func startSelf(args []string, files ...*os.File) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = "awsbroker"
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = files
	return cmd, nil
}

// globalFlags returns the global flags that count for the server, too.
func (a *app) globalFlags() []string {
	var flags []string
	for _, f := range []struct{ name, value string }{{"--region", a.region}, {"--keystore", a.keystore}, {"--prompt", a.prompt}} {
		if f.value != "" {
			flags = append(flags, f.name, f.value)
		}
	}
	if a.endpointIsMine {
		flags = append(flags, "--endpoint-is-mine")
	}
	if a.debug {
		flags = append(flags, "--debug")
	}
	return flags
}

// platformCommands are those that exec --server and serve --detach run.
var platformCommands = []command{{"exec-server", newExecServer}, {"serve-detached", newServeDetached}}

func newExecServer(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "exec-server",
		Short:  "serve a session to a command (exec --server runs this)",
		Hidden: true,
		Args:   positional(0, 0, "no arguments"),
		RunE:   func(cmd *cobra.Command, _ []string) error { return runExecServer(cmd.Context(), a) },
	}
}

func runExecServer(ctx context.Context, a *app) error {
	listener, from, to := os.NewFile(listenerFD, "listener"), os.NewFile(handoverFD, "handover"), os.NewFile(readyFD, "ready")
	for _, f := range []*os.File{listener, from, to} {
		if _, err := f.Stat(); err != nil {
			return failure.New(failure.Usage, "awsbroker exec --server runs this command; do not run it yourself")
		}
	}
	if sid, err := unix.Getsid(0); err != nil || sid != os.Getpid() {
		return leadSession(listener, from, to)
	}
	signal.Ignore(syscall.SIGPIPE) // whoever reads our stderr may go away
	b, err := a.broker(broker.CallerLimits)
	if err != nil {
		return err
	}
	h, l, gone, err := takeOver(listener, from)
	if err != nil {
		_, _ = io.WriteString(to, err.Error())
		return nil
	}
	caller.ActFor(h.Command)
	b.Command = "exec" // as people know it
	b.Unseal(h.SealingKey)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-gone
		_ = os.Stderr.Close() // whoever reads it waits for the command's output, and that is over
		cancel()
	}()
	if _, err := io.WriteString(to, ready); err != nil {
		standin.Remove(h.Copy)
		return nil // whom it was for has gone before it was watched
	}
	if h.Stays {
		caller.ActFor(childOf(h.Command))
	}
	return serve(ctx, b, l, h, to)
}

// childOf returns the child that a process is about to have, within a second: people are
// told of it, and not of the awsbroker that waits for it. Where the system does not tell
// (Linux does), it is the process itself.
func childOf(pid int) int {
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		if len(threads) == 0 {
			break
		}
		for _, thread := range threads {
			children, _ := os.ReadFile(thread) // proc(5)
			if first, _, found := strings.Cut(string(children), " "); found {
				child, _ := strconv.Atoi(first)
				return child
			}
		}
	}
	return pid
}

// leadSession starts the server in a session of its own and leaves it alone.
func leadSession(files ...*os.File) error {
	// What awsbroker inherited is the command's: a lock, a pipe.
	for fd, last := firstOther, lastDescriptor(); fd <= last; fd++ {
		unix.CloseOnExec(fd)
	}
	cmd, err := startSelf(os.Args[1:], files...)
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

// lastDescriptor returns the highest descriptor that may be open.
func lastDescriptor() int {
	last := 255
	open, _ := os.ReadDir("/dev/fd") // where there is none, high ones are rare
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil {
			last = max(last, fd)
		}
	}
	return last
}

// takeOver reads the handover and begins to watch the command.
func takeOver(listener, from *os.File) (h handover, l net.Listener, gone <-chan struct{}, err error) {
	if err := json.NewDecoder(from).Decode(&h); err != nil {
		return h, nil, nil, fmt.Errorf("nothing was handed over: %w", err)
	}
	from.Close()
	if l, err = net.FileListener(listener); err != nil {
		return h, nil, nil, err
	}
	listener.Close()
	gone, err = process.WatchEnd(h.Command)
	return h, l, gone, err
}
