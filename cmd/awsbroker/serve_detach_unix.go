//go:build !windows

package main

// A server in the background is this program, started anew in a session of its own:
// it has no terminal, and asks in a window. The profile, its limits and the key
// of the cached sessions reach it through a pipe.

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// Descriptors that a server in the background inherits.
const (
	serviceFD  = iota + 3 // the service, as JSON
	announceFD            // where it says that it is ready, or why it is not
)

// announced is the line of a server in the background.
type announced struct {
	announcement
	Error  string
	Hint   string
	Reason int
}

// detachServer starts the server in the background, and returns when it is ready.
func (a *app) detachServer(s service) error {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ours.Close()
	answer, says, err := os.Pipe()
	if err != nil {
		return errors.Join(err, theirs.Close())
	}
	defer answer.Close()
	cmd, err := startSelf(append(a.globalFlags(), "serve-detached"), theirs, says)
	if err != nil {
		return err
	}
	cmd.Env, cmd.Stderr = a.environ, nil
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	theirs.Close() // so that a server that died is noticed
	says.Close()
	if err != nil {
		return failure.New(failure.Other, "the server did not start: %w", err)
	}
	end := time.Now().Add(startPatience)
	_ = ours.SetWriteDeadline(end)
	_ = answer.SetReadDeadline(end)
	var n announced
	if err = writeJSON(ours, s); err == nil {
		err = json.NewDecoder(io.LimitReader(answer, 64<<10)).Decode(&n)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		return failure.New(failure.Other, "the server did not start: %w", err)
	}
	if n.Error != "" {
		f := failure.New(failure.Reason(n.Reason), "%s", n.Error)
		if n.Hint != "" {
			f.Hint("%s", n.Hint)
		}
		return f
	}
	n.PID = cmd.Process.Pid
	if err = a.announceServer(s.Options)(n.announcement); err != nil { // nobody could find it
		_ = cmd.Process.Signal(syscall.SIGTERM)
	}
	return err
}

func newServeDetached(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "serve-detached",
		Short:  "serve in the background (serve --detach runs this)",
		Hidden: true,
		Args:   positional(0, 0, "no arguments"),
		RunE:   func(cmd *cobra.Command, _ []string) error { return runServeDetached(cmd.Context(), a) },
	}
}

func runServeDetached(ctx context.Context, a *app) error {
	from, to := os.NewFile(serviceFD, "service"), os.NewFile(announceFD, "announcement")
	for _, f := range []*os.File{from, to} {
		if info, err := f.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
			return failure.New(failure.Usage, "awsbroker serve --detach runs this command; do not run it yourself")
		}
	}
	signal.Ignore(syscall.SIGHUP)
	err := serveDetached(ctx, a, from, to)
	if err != nil { // unless it was announced, who started it waits
		f := asFailure(err)
		_ = writeJSON(to, announced{Error: f.Message, Hint: f.FirstHint(), Reason: int(f.Reason)})
	}
	return err
}

func serveDetached(ctx context.Context, a *app, from, to *os.File) error {
	var s service
	if err := json.NewDecoder(from).Decode(&s); err != nil {
		return failure.New(failure.Other, "nothing was handed over: %w", err)
	}
	from.Close()
	b, err := a.broker(broker.CallerLimits)
	if err != nil {
		return err
	}
	b.Command, b.Narrowing = "serve", s.Narrowing
	b.Unseal(s.SealingKey)
	return a.runService(ctx, b, s.Options, func(n announcement) error {
		defer to.Close()
		return writeJSON(to, announced{announcement: n})
	})
}
