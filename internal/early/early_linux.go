package early

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"

	"github.com/awsbroker/awsbroker/internal/answers"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/clients"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/variables"
)

func init() {
	protect()
	if c, ok := Parse(os.Args); ok {
		c.answer()
	}
}

// protect keeps this process's memory out of core dumps and away from other
// processes of the same user that have no special rights. An exec child
// starts anew without it. prctl(2).
func protect() { _, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0) }

// answer ends the process, or returns without having done anything that can be
// seen. It opens no connection, starts no other process and waits for nothing.
func (c *Call) answer() {
	logged, ok := logging()
	if !ok {
		return
	}
	path := ""
	if c.Command == "prompt" {
		c.prompt()
		return
	}
	if c.Command == "exec" {
		if path, ok = find(c.Child[0]); !ok || !c.takesVariables() || isTerminal(2) {
			return
		}
	}
	a, rest := answers.Find(c.Profile, memory[:])
	now := time.Now()
	if a == nil || now.Unix() >= c.until(a) || answers.SetBack(a.Booted, now) > 0 {
		return
	}
	text, ok := c.text(a, rest[:0])
	if logged = logged && a.Log != ""; logged || !a.Agents {
		who = caller.Find()
	}
	if !ok || !a.Agents && who.Agent.Name != "" || logged && !c.note(a, now, rest[len(text):len(text)]) {
		return
	}
	if c.Command == "exec" {
		replace(path, c.Child, variables.Environ(os.Environ(), append(variables.OfCommand(session(a)), variables.OfProfile(c.Profile)...)))
		return
	}
	write(text)
}

// prompt prints what a shell's prompt shows, if the environment or the kernel knows it.
func (c *Call) prompt() {
	for i := range len(c.Profile) {
		if c.Profile[i] < ' ' || c.Profile[i] > '~' {
			return // main knows what a terminal can show
		}
	}
	end, err := time.Parse(time.RFC3339, os.Getenv("AWS_CREDENTIAL_EXPIRATION"))
	if err != nil || os.Getenv(variables.ProfileName) == "" {
		a, _ := answers.Find(c.Profile, memory[:])
		if a == nil {
			return
		}
		end = time.Unix(a.Expires, 0)
	}
	write([]byte(variables.Segment(c.Profile, end, time.Now()) + "\n"))
}

// who asks, if the log is to name the program, or an agent is not to be answered. Main
// works out what an agent gets.
var who caller.Process

// until is when the answer ends to be one, in Unix seconds.
func (c *Call) until(a *answers.Answer) int64 {
	if c.Command == "exec" {
		return a.CommandUntil
	}
	return a.Until
}

func session(a *answers.Answer) variables.Session {
	return variables.Session{
		AccessKeyID: a.AccessKeyID, SecretAccessKey: a.SecretAccessKey, SessionToken: a.SessionToken,
		Expiration: a.Expiration, Region: a.Region,
	}
}

// memory is for all that is read and made: memory that is there, page after
// page, costs less than memory that is asked for.
var memory [answers.MostName + 2*answers.MostBytes + grant.MaxLine]byte

// text is what is printed, made in memory; ok is false for a form that does not
// exist.
func (c *Call) text(a *answers.Answer, memory []byte) (text []byte, ok bool) {
	switch {
	case c.Command == "exec":
		return nil, true
	case c.Format == "json":
		return a.AppendJSON(memory), true
	}
	printed, ok := variables.Print(c.Format, c.Profile, session(a))
	return append(memory, printed...), ok
}

// logging reports whether the log is on; ok is false where that is not certain.
func logging() (on, ok bool) {
	switch os.Getenv("AWSBROKER_LOG") {
	case "":
		return true, true
	case "off":
		return false, true
	}
	return false, false
}

// note the grant in the log, before it is one: a process that is killed here
// leaves a line too many and not one too few. Where the log cannot be written
// there is an answer all the same; where it is not there yet, others make it.
func (c *Call) note(a *answers.Answer, now time.Time, memory []byte) bool {
	g := grant.Grant{
		Time: now, Profile: c.Profile, RoleARN: a.RoleARN, Account: a.AccountID, AccessKeyID: a.AccessKeyID,
		Expires: time.Unix(a.Expires, 0), How: grant.Cached, Command: c.Command, Program: c.program(),
		Caller: who.Name, PID: who.PID, Agent: who.Agent.Name, Dir: who.Dir,
	}
	return !errors.Is(grant.Append(a.Log, g.AppendLine(memory)), os.ErrNotExist)
}

// isTerminal reports whether a descriptor is a terminal's, where a person reads what main
// says of a session that ends in the middle of a run. termios(3).
func isTerminal(fd uintptr) bool {
	var settings syscall.Termios
	_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, fd, syscall.TCGETS, uintptr(unsafe.Pointer(&settings)))
	return errno == 0
}

// takesVariables reports whether the program of exec gets its session in the environment,
// and there is nothing to say of it.
func (c *Call) takesVariables() bool {
	client := clients.Find(c.program())
	return client == nil || client.Lack == "" && (c.Env || !client.Again)
}

// program is the one that exec runs, for the log; empty for other commands.
func (c *Call) program() string {
	if len(c.Child) == 0 {
		return ""
	}
	return grant.ProgramName(c.Child[0])
}

// write an answer and end. What of it a bare system call does not write, Go's
// own way of writing does, or dies of as it does elsewhere.
func write(text []byte) {
	n, _ := syscall.Write(syscall.Stdout, text)
	if n = max(0, n); n < len(text) {
		if _, err := os.Stdout.Write(text[n:]); err != nil {
			os.Stderr.WriteString("awsbroker: error: " + err.Error() + "\n")
			os.Exit(1) // part of an answer may not be followed by another
		}
	}
	os.Exit(0)
}
