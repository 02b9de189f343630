//go:build !windows

package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/awsbroker/awsbroker/internal/say"
)

func TestWaitingCountsDown(t *testing.T) {
	person, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer person.Close()
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: 50}); err != nil {
		t.Fatal(err)
	}
	color := say.ColorAuto
	a := &app{stderr: say.NewScreen(terminal, &color)}
	stop := a.Waiting("until AWS refuses the key, whose secret is gone", time.Minute)
	time.Sleep(2500 * time.Millisecond)
	stop()
	stop()
	terminal.Close()
	shown, _ := io.ReadAll(person) // ends with EIO
	lines := strings.Split(string(shown), wipeLine)
	if len(lines) < 5 || !strings.Contains(lines[1], "at most 1:00 ") || !strings.Contains(lines[3], "at most 0:58 ") {
		t.Fatalf("%q", lines)
	}
	for _, line := range lines[:len(lines)-1] {
		if say.Columns(line) > 49 {
			t.Errorf("%q is written over again, and has more than one line", line)
		}
	}
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "awsbroker: waiting at most 60 seconds until AWS") || strings.Count(last, "\n") < 2 {
		t.Errorf("what stays is %q", last)
	}

	var file bytes.Buffer
	a = &app{stderr: say.NewScreen(&file, &color)}
	a.Waiting("for it", time.Minute)()
	if file.String() != "awsbroker: waiting at most 60 seconds for it\n" {
		t.Errorf("a file gets %q", file.String())
	}
}
