package e2e

import (
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// screen is what a terminal shows.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// follow reads the terminal until nobody has it open any more.
func (s *screen) follow(master *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := master.Read(buf)
		s.mu.Lock()
		s.text.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// question is how awsbroker's question begins.
const question = "MFA code of "

// runAtTerminal runs a program that has a controlling terminal, though stdin
// is a silent pipe and stdout and stderr are captured. Each question that
// appears on the terminal is answered with what the person types next, until
// they have nothing more to say.
func (w *world) runAtTerminal(person []typing, argv ...string) (r result, shown string) {
	w.t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		w.t.Fatal(err)
	}
	defer master.Close()
	cmd, done := w.command(argv)
	defer done()
	cmd.ExtraFiles = []*os.File{tty}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	s := &screen{}
	ended := make(chan struct{})
	r = w.finish(cmd, func() {
		tty.Close()
		go s.follow(master)
		go answer(person, s, master, ended)
	})
	close(ended)
	return r, s.String()
}

// answer answers the questions on the screen, one after the other.
func answer(person []typing, s *screen, master *os.File, ended <-chan struct{}) {
	for answered := 0; answered < len(person); {
		select {
		case <-ended:
			return
		case <-time.After(20 * time.Millisecond):
		}
		if strings.Count(s.String(), question) > answered {
			master.WriteString(person[answered]())
			answered++
		}
	}
}

// typing is what a person types, made when it is needed.
type typing func() string

// rightCodes are of a person who types n fresh codes.
func (w *world) rightCodes(n int) []typing {
	return slices.Repeat([]typing{func() string { return w.fake.code() + "\n" }}, n)
}

// keys are of a person who presses just these.
func keys(presses ...string) []typing {
	var person []typing
	for _, p := range presses {
		person = append(person, func() string { return p })
	}
	return person
}
