package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/credserver"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/socket"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// announcement is what a server says once it is ready.
type announcement struct {
	Text      string
	Variables string // lines that lead programs to it; empty: a socket needs none
	PID       int    // of a server in the background
}

// announceServer returns the function that shows an announcement.
func (a *app) announceServer(o serveOptions) func(announcement) error {
	return func(n announcement) error {
		if n.Variables != "" && o.EnvFile != "" {
			if err := writePrivate(o.EnvFile, n.Variables); err != nil {
				return failure.New(failure.Other, "the variables could not be written: %w", err)
			}
			n.Text += "; the variables are in " + o.EnvFile
		} else if _, err := io.WriteString(a.stdout, n.Variables); err != nil {
			return err
		}
		switch {
		case n.PID == 0:
			n.Text += "; Ctrl-C ends it"
		case o.Relay != "":
			n.Text += fmt.Sprintf("; process %d, which ends with: %s", n.PID, say.EndProcess(n.PID))
		default:
			n.Text += fmt.Sprintf("; process %d, which ends with: awsbroker logout %s", n.PID, say.ShellWord(o.Profile))
		}
		a.Step(n.Text)
		return nil
	}
}

// writePrivate writes a file that only this user can read, in place of one with the
// variables of an earlier server; another file stays.
func writePrivate(path, text string) error {
	if old, err := os.ReadFile(path); err == nil && len(old) > 0 && !strings.Contains(string(old), "AWS_CONTAINER_AUTHORIZATION_TOKEN=") {
		return fmt.Errorf("%s is there, and has something else in it", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".awsbroker-") // 0600
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// runService serves until a signal or a logout. It announces that it is ready.
func (a *app) runService(ctx context.Context, b *broker.Broker, o serveOptions, announce func(announcement) error) error {
	if o.Relay != "" {
		return a.runRelay(ctx, o, announce)
	}
	var run func(context.Context, *socket.Server) error
	var n announcement
	if o.Socket != "" {
		l, err := socket.Listen(o.Socket)
		if err != nil {
			return err
		}
		defer l.Remove()
		run = func(ctx context.Context, s *socket.Server) error { return s.Serve(ctx, l) }
	} else {
		l, e, err := listenAt(o.Listen)
		if err != nil {
			return err
		}
		region, err := b.ChildRegion(o.Profile)
		if err != nil {
			return err
		}
		o.Listen, n.Variables = e.Address, endpointVariables(e, region)
		run = func(ctx context.Context, s *socket.Server) error {
			get := socket.NewFront(ctx, s.GiveHTTP).Current
			return credserver.Serve(ctx, l, e, get)
		}
	}
	at := cmp.Or(o.Socket, o.Listen)
	note := socket.Note(b.Paths, o.Profile, at, say.ShellWords(b.Narrowing.Flags()))
	defer note.Remove()
	ctx, cancel := note.Gone(ctx)
	defer cancel()
	told := &teller{app: a}
	server := socket.New(b, o.Profile, told.tell) // while who started it can still be seen
	n.Text = fmt.Sprintf("serving profile %s at %s%s", o.Profile, at, limitsText(b))
	if err := announce(n); err != nil {
		return err
	}
	if err := run(ctx, server); err != nil {
		return failure.New(failure.Other, "the server ended: %w", err)
	}
	why := "the server has ended"
	if errors.Is(context.Cause(ctx), socket.ErrLoggedOut) {
		why += ", because profile " + o.Profile + " was logged out"
	}
	a.Step(why)
	return nil
}

// runRelay gives the sessions of a socket, at an address.
func (a *app) runRelay(ctx context.Context, o serveOptions, announce func(announcement) error) error {
	l, e, err := listenAt(o.Relay)
	if err != nil {
		return err
	}
	if _, err := os.Stat(o.Socket); err != nil {
		a.Warn("there is no socket " + o.Socket + " yet; programs get a session once there is one")
	}
	me := socket.MyselfAsRelay()
	n := announcement{Text: "relaying the sessions of " + o.Socket + " at " + e.Address, Variables: endpointVariables(e, "")}
	if err := announce(n); err != nil {
		return err
	}
	front := socket.NewFront(ctx, func(ctx context.Context) (session.Session, error) { return socket.Ask(ctx, o.Socket, me) })
	if err := credserver.Serve(ctx, l, e, front.Current); err != nil {
		return failure.New(failure.Other, "the relay ended: %w", err)
	}
	a.Step("the relay has ended")
	return nil
}

func listenAt(address string) (net.Listener, credserver.Endpoint, error) {
	l, e, err := credserver.ListenAt(address)
	if err != nil {
		return nil, e, failure.New(failure.Other, "no server can listen at %s: %w", address, err)
	}
	return l, e, nil
}

// endpointVariables returns the lines that lead programs to an endpoint, and to a region,
// which may be empty.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
func endpointVariables(e credserver.Endpoint, region string) string {
	all := append(variables.OfRegion(region),
		variables.Variable{Name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", Value: e.URL()},
		variables.Variable{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN", Value: e.Token.Reveal()})
	var text strings.Builder
	for _, v := range all {
		text.WriteString(v.Name + "=" + v.Value + "\n")
	}
	return text.String()
}

// limitsText says what less than the role the sessions may do.
func limitsText(b *broker.Broker) string {
	if b.Narrowing.IsZero() {
		return ""
	}
	return ", with " + strings.Join(b.Narrowing.Flags(), " ")
}

// teller tells on the screen who was given what: once, where a program asks again and again.
type teller struct {
	app  *app
	last string
}

func (t *teller) tell(who caller.Process, s session.Session, err error) {
	name, now := prompt.Describe(who), time.Now()
	text := fmt.Sprintf("a session for %s, valid for %s", name, say.Duration(s.Left(now)))
	if err != nil {
		text = "no session for " + name + ": " + err.Error()
	}
	if line := name + s.AccessKeyID + text; line != t.last {
		t.last = line
		t.app.Step(now.Format("15:04:05") + " " + text)
	}
}
