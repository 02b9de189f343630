package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/say"
)

// ErrCommand means that the command that should know the code did not give one.
var ErrCommand = errors.New("the command gave no MFA code")

// Command runs a person's own command (a YubiKey's, a password manager's)
// through the shell and returns the six digits it prints. Its standard input
// and error are the terminal if there is one, so that "touch your key" is
// seen, unless atTerminal says that it is not to be used. environ is its whole
// environment. The errors are ErrCommand, ErrCancelled and ErrTimeout.
func Command(ctx context.Context, line string, environ []string, atTerminal bool) (credential.Secret, error) {
	cmd := shell(ctx, line, environ)
	cmd.WaitDelay = time.Second // for a grandchild that keeps our pipe open
	var out, complaint bytes.Buffer
	cmd.Stdout = &limited{&out, 4096}
	cmd.Stderr = &limited{&complaint, 4096}
	t, noTerminal := OpenTerminal()
	if noTerminal == nil {
		defer t.Close()
	}
	if noTerminal == nil && atTerminal {
		cmd.Stdin, cmd.Stderr = t.in, t.out
		inOurGroup(cmd)
	} else {
		ownGroup(cmd)
	}
	err := cmd.Run()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return credential.Secret{}, ErrTimeout
	case ctx.Err() != nil:
		return credential.Secret{}, ErrCancelled
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return credential.Secret{}, fmt.Errorf("%w: %v%s", ErrCommand, err, lastLine(complaint.String()))
	}
	code, ok := Code(out.String())
	if !ok {
		return credential.Secret{}, fmt.Errorf("%w: it printed something other than six digits", ErrCommand)
	}
	return credential.NewSecret(code), nil
}

// Code is the six digits of an answer, which may hold spaces as authenticator
// apps show them.
func Code(answer string) (string, bool) {
	code := strings.Join(strings.Fields(answer), "")
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return " (" + say.Clean(text[strings.LastIndexByte(text, '\n')+1:]) + ")"
}

// limited keeps the first bytes of what is written and takes the rest
// without an error, so that a talkative command is not killed for it.
type limited struct {
	buf  *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.buf.Write(p[:n])
	return len(p), nil
}

// ChildEnviron is what a helper command may see of environ: nothing of AWS
// (it must not act as somebody else, or come back to us through a profile)
// and none of our secrets.
func ChildEnviron(environ []string) []string {
	var out []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		if upper := strings.ToUpper(name); !strings.HasPrefix(upper, "AWS_") && !strings.HasPrefix(upper, "AWSBROKER_") {
			out = append(out, kv)
		}
	}
	return out
}
