//go:build !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// stage runs commands on terminals of a machine and shows what is on them.
type stage struct{ m *machine.Machine }

// newStage is a machine with a person who types the passphrase and is told
// about the keystore, and with the tools of whoever looks on.
func newStage(t machine.T, binary string) *stage {
	m := machine.New(t, binary, -1)
	bin := m.Path("home/bin")
	m.Bin = filepath.Join(bin, "awsbroker")
	m.Mkdir(bin, 0o755)
	m.Install(binary, m.Bin)
	m.Dir = m.Home
	m = m.Without("AWSBROKER_FILE_PASSPHRASE", "AWSBROKER_KEYSTORE", "LC_ALL")
	return &stage{m.With("TERM="+os.Getenv("TERM"), "NO_COLOR=1", "PATH="+bin+":"+os.Getenv("PATH"))}
}

// answer is what the person types to a question that has a text in it.
type answer struct{ question, text string }

func (s *stage) say(text string) { fmt.Printf("# %s\n", text) }

func (s *stage) prompt(line string) { fmt.Printf("$ %s\n", line) }

// play runs a command line on a terminal, types the answers, and shows the
// screen as it was.
func (s *stage) play(line string, answers ...answer) {
	s.prompt(line)
	tm := machine.NewTerminal(s.m.T)
	tm.Resize(40, 200)
	j := tm.Start(s.m.Command("/bin/sh", "-c", line))
	r, _ := machine.Person{Answer: func(question string) string {
		for len(answers) > 0 && !strings.Contains(question, answers[0].question) {
			answers = answers[1:] // not asked here: the kernel keeps the passphrase where it may
		}
		if len(answers) == 0 {
			s.m.T.Fatalf("nobody expected the question %q", question)
		}
		next := answers[0]
		answers = answers[1:]
		return next.text + "\n"
	}}.SitAt(tm, j)
	s.show(tm.Screen())
	if r.Code != 0 {
		s.m.T.Fatal("the command ended with", r.Code)
	}
}

// show prints a screen with the demo's own directory as ~.
func (s *stage) show(screen string) {
	screen = strings.ReplaceAll(screen, "\r\n", "\n")
	fmt.Println(strings.ReplaceAll(screen, s.m.Home, "~"))
}
