package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/socket"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	profile string
	socket  string
}

func newServe(a *app) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "give a session to a container or to another machine",
		Long: `Give the session of one profile to programs in a container, or on a machine that
you use through SSH. Keys, profiles and questions stay here.

The server listens at a socket that only you can use. In the container, or on the
other machine, awsbroker credential-process --socket gets the session: mount the
directory of the socket, or forward the socket with ssh -R. The profile and the
limits are those of this command line; a client cannot choose others. You are asked
here, and the question says which program asks, as far as that can be known.

The server ends with Ctrl-C, and with awsbroker logout.`,
		Example: `  awsbroker serve admin --read-only --socket ~/.shop/aws
  ssh -R /home/phoebe/aws:/home/phoebe/.shop/aws devbox
  awsbroker credential-process --socket /home/phoebe/aws        there`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd, a, o) },
	}
	takesProfile(cmd, &o.profile, "profile whose session to give")
	cmd.Flags().StringVar(&o.socket, "socket", "", "path of the socket; its directory must be yours alone")
	narrows(cmd, &a.narrow)
	return cmd
}

func (o *serveOptions) check() error {
	if o.socket == "" {
		return usage(errors.New("serve needs --socket, the path to listen at"))
	}
	path, err := filepath.Abs(o.socket)
	if err != nil {
		return failure.New(failure.Other, "the path of the socket is unclear: %w", err)
	}
	o.socket = path
	return nil
}

func runServe(cmd *cobra.Command, a *app, o serveOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if o.profile, err = a.choose(b, o.profile); err != nil {
		return err
	}
	if err := socket.CheckSocket(o.socket); err != nil {
		return err
	}
	// A mistake in the profile is told now, and the first question is asked here.
	t, err := b.Target(o.profile)
	if err != nil {
		return err
	}
	if _, err := b.SessionOf(cmd.Context(), t, broker.Want{}); err != nil {
		return err
	}
	l, err := socket.Listen(o.socket)
	if err != nil {
		return err
	}
	defer l.Remove()
	return a.serveSocket(cmd.Context(), b, o.profile, l)
}

// serveSocket serves until a signal or a logout.
func (a *app) serveSocket(ctx context.Context, b *broker.Broker, profile string, l *socket.Socket) error {
	at := l.Addr().String()
	note := socket.Note(b.Paths, profile, at, say.ShellWords(b.Narrowing.Flags()))
	defer note.Remove()
	ctx, cancel := note.Gone(ctx)
	defer cancel()
	a.Step(fmt.Sprintf("serving profile %s at %s%s; Ctrl-C ends it", profile, at, limitsText(b)))
	told := &teller{app: a}
	if err := socket.New(b, profile, told.tell).Serve(ctx, l); err != nil {
		return failure.New(failure.Other, "the server ended: %w", err)
	}
	why := "the server has ended"
	if errors.Is(context.Cause(ctx), socket.ErrLoggedOut) {
		why += ", because profile " + profile + " was logged out"
	}
	a.Step(why)
	return nil
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
	name := prompt.Describe(who)
	line := name + ": " + s.AccessKeyID
	if err != nil {
		line = name + ": " + err.Error()
	}
	if line == t.last {
		return
	}
	t.last = line
	now := time.Now()
	if err != nil {
		t.app.Step(now.Format("15:04:05") + " no session for " + name + ": " + err.Error())
		return
	}
	t.app.Step(fmt.Sprintf("%s a session for %s, valid for %s", now.Format("15:04:05"), name, say.Duration(s.Left(now))))
}
