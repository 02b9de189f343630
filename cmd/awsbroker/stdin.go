package main

import (
	"io"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
)

// readLine takes one line of standard input, at most so many bytes of it, and
// not a byte more: the rest is for the command that exec runs. what is missing
// if no line comes.
func readLine(in io.Reader, most int, patience time.Duration, what string) (string, error) {
	done := make(chan string, 1)
	go func() {
		var line []byte
		for b := make([]byte, 1); len(line) < most; {
			n, err := in.Read(b)
			if n == 0 || err != nil || b[0] == '\n' {
				break
			}
			line = append(line, b[0])
		}
		done <- string(line)
	}()
	select {
	case line := <-done:
		return line, nil
	case <-time.After(patience):
		return "", failure.New(failure.NeedPerson, "no %s came from standard input", what)
	}
}
