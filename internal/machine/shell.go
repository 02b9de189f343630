//go:build !windows

package machine

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Shell is an interactive one at a terminal, which a person types into.
type Shell struct {
	tm       *Terminal
	job      *Job
	Patience time.Duration // from one key to the next; zero is [Patience]
}

// The prompts have a character of their own in front, so that no output is taken for one,
// and the first one the status of the command before.
const more = "\x1e> "

var first = regexp.MustCompile(`\x1d(\d+)\x1d\$ $`)

// NewShell starts a shell in a directory, with an environment, at a terminal of a width. It
// is bash, or sh where there is no bash.
func NewShell(t T, dir string, env []string, columns uint16) *Shell {
	t.Helper()
	cmd := exec.Command("bash", "--norc", "--noprofile", "--noediting", "-i")
	if cmd.Err != nil {
		cmd = exec.Command("sh", "-i")
	}
	cmd.Dir = dir
	cmd.Env = append(env, "PS1=\x1d$?\x1d$ ", "PS2="+more, "ENV=", "HISTFILE=", "PWD="+dir, "SHELL="+cmd.Path)
	tm := NewTerminal(t)
	tm.Resize(40, columns)
	s := &Shell{tm: tm, job: tm.Start(cmd)}
	s.until(0, func(screen string) bool { return first.MatchString(screen) }, nil)
	return s
}

// Screen is all that the terminal showed so far.
func (s *Shell) Screen() string { return s.tm.Screen() }

// Run types a command, of several lines if it has them, and answers its questions. It
// returns what the terminal showed, without the two prompts, and the status.
func (s *Shell) Run(command string, answer func(question string) string) (shown string, status int) {
	s.tm.T.Helper()
	lines := strings.Split(command, "\n")
	before := len(s.tm.Screen())
	s.tm.Send(lines[0] + "\n")
	lines = lines[1:]
	s.until(before, func(screen string) bool { return first.MatchString(screen[before:]) }, func(since string) string {
		switch {
		case strings.HasSuffix(since, more) && len(lines) > 0:
			line := lines[0]
			lines = lines[1:]
			return line + "\n"
		case asked(since) != "":
			return answer(asked(since)) + "\n"
		}
		return ""
	})
	shown = s.tm.Screen()[before:]
	at := first.FindStringSubmatchIndex(shown)
	status, err := strconv.Atoi(shown[at[2]:at[3]])
	if err != nil {
		s.tm.T.Fatal(err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(shown[:at[0]], "\r\n", "\n"), "\x1e", ""), status
}

// until waits until the screen is as it should be. keys returns what to type to what was
// shown since it typed last, at first since the screen was typed long; empty for nothing.
func (s *Shell) until(typed int, is func(screen string) bool, keys func(since string) string) {
	s.tm.T.Helper()
	patience := max(s.Patience, Patience)
	seen := ""
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		before, screen := seen, s.tm.Screen()
		seen = screen
		if is(screen) {
			return
		}
		if keys != nil && len(screen) > typed && screen == before { // a line in the making is no question
			if k := keys(screen[typed:]); k != "" {
				typed = len(screen)
				s.tm.Send(k)
				end = time.Now().Add(patience)
			}
		}
		if time.Now().After(end) {
			s.tm.T.Fatalf("it does not end, and asks nothing; the screen shows:\n%s", screen)
		}
	}
}

// Close hangs up.
func (s *Shell) Close() {
	s.tm.Slave.Close()
	_ = syscall.Kill(-s.job.Cmd.Process.Pid, syscall.SIGHUP)
	<-s.job.Ended
}
