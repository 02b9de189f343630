//go:build !windows

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// stage runs commands on terminals of a machine and shows what is on them.
type stage struct {
	m   *machine.Machine
	out io.Writer
}

// newStage is a machine with a person who types the passphrase and is told
// about the keystore, and with the tools of whoever looks on.
func newStage(t machine.T, binary string, out io.Writer) *stage {
	m := machine.New(t, binary, -1)
	bin := m.Path("home/bin")
	m.Bin = filepath.Join(bin, "awsbroker")
	m.Mkdir(bin, 0o755)
	m.Install(binary, m.Bin)
	m.Dir = m.Home
	m = m.Without("AWSBROKER_FILE_PASSPHRASE", "AWSBROKER_KEYSTORE", "LC_ALL")
	return &stage{m.With("TERM="+os.Getenv("TERM"), "NO_COLOR=1", "PATH="+bin+":"+os.Getenv("PATH")), out}
}

// columns is the width of the terminal, and of the picture.
const columns = 88

// answer is what the person types to a question that has a text in it.
type answer struct{ question, text string }

func (s *stage) say(text string) { fmt.Fprintf(s.out, "# %s\n", text) }

// prompt shows a line that was typed, and what is below.
func (s *stage) prompt(line string) { fmt.Fprintf(s.out, "$ %s\n", line) }

// play types a command line into a shell, and the answers, and shows the screen as it was.
func (s *stage) play(line string, answers ...answer) {
	shell := machine.NewShell(s.m.T, s.m.Home, s.m.Env, columns)
	defer shell.Close()
	shown, status := shell.Run(line, func(question string) string {
		for len(answers) > 0 && !strings.Contains(question, answers[0].question) {
			answers = answers[1:] // not asked here: the kernel keeps the passphrase where it may
		}
		if len(answers) == 0 {
			s.m.T.Fatalf("nobody expected the question %q", question)
		}
		next := answers[0]
		answers = answers[1:]
		return next.text
	})
	if status != 0 {
		s.m.T.Fatalf("%s ended with %d:\n%s", line, status, shown)
	}
	s.prompt(strings.TrimRight(strings.ReplaceAll(shown, s.m.Home, "~"), "\n") + "\n")
}
