package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/creack/pty"
)

// stage runs commands on a terminal of its own and shows what is on it.
type stage struct {
	home    string
	environ []string
}

// answer is what the person types once the terminal shows the question.
type answer struct{ question, text string }

func (s *stage) say(text string) { fmt.Printf("# %s\n", text) }

func (s *stage) prompt(line string) { fmt.Printf("$ %s\n", line) }

func (s *stage) command(line string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.Env, cmd.Dir = s.environ, s.home
	return cmd
}

// patience is how long a question may take to appear.
const patience = 30 * time.Second

// play runs a command line on a terminal, types the answers, and shows the
// screen as it was.
func (s *stage) play(line string, answers ...answer) error {
	s.prompt(line)
	cmd := s.command(line)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 200})
	if err != nil {
		return err
	}
	defer terminal.Close()
	var screen bytes.Buffer
	chunks := make(chan []byte)
	go func() {
		defer close(chunks)
		for {
			buf := make([]byte, 4096)
			n, err := terminal.Read(buf)
			if n > 0 {
				chunks <- buf[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	timeout := time.After(patience)
	for unread := 0; ; {
		if len(answers) > 0 {
			if i := strings.Index(screen.String()[unread:], answers[0].question); i >= 0 {
				unread += i + len(answers[0].question)
				if _, err := io.WriteString(terminal, answers[0].text+"\n"); err != nil {
					return err
				}
				answers = answers[1:]
				continue
			}
		}
		select {
		case chunk, more := <-chunks:
			if more {
				screen.Write(chunk)
				continue
			}
			s.show(screen.String())
			return cmd.Wait()
		case <-timeout:
			_ = cmd.Process.Kill()
			s.show(screen.String())
			return errors.New("the command did not end")
		}
	}
}

// show prints a screen with the demo's own directory as ~.
func (s *stage) show(screen string) {
	screen = strings.ReplaceAll(screen, "\r\n", "\n")
	fmt.Println(strings.ReplaceAll(screen, s.home, "~"))
}
