package main

import (
	"io"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
)

// readLine takes one line of standard input and not a byte more: the rest is
// for the command that exec runs.
func readLine(in io.Reader, patience time.Duration) (string, error) {
	done := make(chan string, 1)
	go func() {
		var line []byte
		for b := make([]byte, 1); len(line) < 64; {
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
		return "", &broker.Failure{Reason: broker.NeedPerson, Message: "no MFA code came from standard input"}
	}
}
