package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// runLimit is beyond every deadline of awsbroker's: what takes longer hangs.
const runLimit = 70 * time.Second

// run runs a program where there is no terminal to ask at: in a session of
// its own, with a stdin that stays silent.
func (w *world) run(argv ...string) machine.Result {
	w.t.Helper()
	return w.Finish(w.silent(argv))
}

// ok is run for what has to succeed.
func (w *world) ok(argv ...string) machine.Result {
	w.t.Helper()
	r := w.run(argv...)
	if r.Code != 0 {
		w.t.Fatalf("%v ended with %d:\n%s%s", argv, r.Code, r.Stdout, r.Stderr)
	}
	return r
}

// silent is a program with a pipe as its stdin that nothing is written to.
func (w *world) silent(argv []string) *exec.Cmd {
	w.t.Helper()
	silent, writer, err := os.Pipe()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { silent.Close(); writer.Close() })
	cmd := w.Command(argv[0], argv[1:]...)
	cmd.Stdin = silent
	return cmd
}

// question is how awsbroker's question begins.
const question = "MFA code of "

// runAtTerminal runs a program that has a controlling terminal, though stdin
// is a silent pipe and stdout and stderr are captured. Each question that
// appears on the terminal is answered with what the person types next, until
// they have nothing more to say.
func (w *world) runAtTerminal(person []typing, argv ...string) (r machine.Result, shown string) {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := w.silent(argv)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &stdout, &stderr, time.Second
	tm := machine.NewTerminal(w.t)
	r, _ = machine.Person{Patience: runLimit, Answer: func(string) string {
		if len(person) == 0 {
			return ""
		}
		next := person[0]
		person = person[1:]
		return next()
	}}.SitAt(tm, tm.Start(cmd))
	r.Stdout, r.Stderr = stdout.String(), stderr.String()
	return r, tm.Screen()
}

// typing is what a person types, made when it is needed.
type typing func() string

// rightCodes are of a person who types n fresh codes.
func (w *world) rightCodes(n int) []typing {
	return slices.Repeat([]typing{func() string { return w.Code() + "\n" }}, n)
}

// keys are of a person who presses just these.
func keys(presses ...string) []typing {
	var person []typing
	for _, p := range presses {
		person = append(person, func() string { return p })
	}
	return person
}
