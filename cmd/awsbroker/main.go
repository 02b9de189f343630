// Command awsbroker keeps AWS access keys in the keychain and gives AWS's own
// tools one-hour sessions made from them, for one MFA code an hour.
package main

import (
	"bufio"
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/helper"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/start" // also runs before main: see there
)

func main() { os.Exit(run(os.Args[1:])) }

// run is main without the exit.
func run(args []string) int {
	ctx := context.Background()
	if !isBrief(args) {
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, catchable()...)
		defer stop()
	}
	a := &app{
		stdout:  os.Stdout,
		color:   say.ColorAuto,
		environ: start.Environ(),
		started: time.Now(),
		oneLine: helper.StartedUs(), // of a helper's complaints the last line is shown
	}
	a.screen, a.stderr = say.NewScreen(os.Stdout, &a.color), say.NewScreen(os.Stderr, &a.color)
	root := newRoot(a, commandIn(args))
	root.SetArgs(args)
	out := bufio.NewWriter(a.stdout) // of cobra: help, and each name that a completion offers
	root.SetOut(out)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return a.exitCode(cmd, err)
}

// catchable are the signals that cancel a question. One that was ignored when
// we started (nohup) stays so: it is not ours to enable for the exec child.
func catchable() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}
