package socket

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Ask gets the session that the server at a socket gives. It needs nothing else on this
// machine: no profile, keychain or home directory. While a person is asked, the server is
// heard from again and again; Ask gives up when it is silent, and at ctx's end.
func Ask(ctx context.Context, socket string, me Me) (session.Session, error) {
	dialer := net.Dialer{Timeout: toConnect}
	c, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return session.Session{}, notReached(socket, err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	me.Version = version
	// A server that refuses a client may close the connection before it reads this line: its reason can be read.
	if err := send(c, me); err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		return session.Session{}, lost(ctx, socket, err)
	}
	in := bufio.NewReaderSize(c, maxLine)
	for {
		var r reply
		_ = c.SetReadDeadline(time.Now().Add(silence))
		if err := receive(in, &r); err != nil {
			return session.Session{}, lost(ctx, socket, err)
		}
		if !r.Waiting {
			return r.session(time.Now())
		}
	}
}

// notReached is the failure of a client that found no server.
func notReached(socket string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return failure.New(failure.Other, "user %d may not use the socket %s: it is for the user who started the server", os.Geteuid(), socket)
	case errors.Is(err, fs.ErrNotExist):
		return failure.New(failure.Unreachable, "there is no socket %s: no server was started there, or it has ended", socket)
	case errors.Is(err, syscall.ECONNREFUSED):
		return failure.New(failure.Unreachable, "there is no server at %s any more: it has ended, or the connection to its machine was lost", socket)
	}
	return failure.New(failure.Unreachable, "the server at %s could not be reached: %w", socket, err)
}

// lost is the failure of a client whose server has gone.
func lost(ctx context.Context, socket string, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return failure.New(failure.NeedPerson, "the server at %s had no session in time: a question may be open where it was started", socket)
	case ctx.Err() != nil:
		return failure.New(failure.NeedPerson, "cancelled: the server at %s had no session yet", socket)
	case errors.Is(err, errStrange):
		return failure.New(failure.Other, "the answer of %s is not awsbroker's", socket)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return failure.New(failure.Unreachable, "the server at %s has said nothing for %d seconds", socket, int(silence/time.Second))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return failure.New(failure.Unreachable, "the server at %s ended before it answered", socket)
	}
	return failure.New(failure.Unreachable, "the server at %s was lost: %w", socket, err)
}

// MyselfAsRelay returns what a relay says of itself: who asks it is not known, but it is
// known for which agent it was started, while who started it can still be seen.
func MyselfAsRelay() Me {
	host, _ := os.Hostname()
	return Me{Program: "relay", Host: host, Job: os.Getpid(), Agent: caller.Find().Agent.Name}
}

// Myself returns what this process says of itself.
func Myself() Me {
	who := caller.Find()
	host, _ := os.Hostname()
	return Me{PID: os.Getpid(), Program: who.Name, Host: host, Job: session.JobID(), Agent: who.Agent.Name}
}
