package main

import (
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credserver"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/socket"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	Profile string
	Socket  string // path, absolute once it was checked
	Listen  string // address
	Relay   string // address
	EnvFile string
	detach  bool
}

func newServe(a *app) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "give a session to a container or to another machine",
		Long: `Give the session of one profile to programs in a container, or on a machine that
you use through SSH. Keys, profiles and questions stay here.

With --socket, the server listens at a socket that only you can use. In the
container, or on the other machine, awsbroker credential-process --socket gets the
session: mount the directory of the socket, or forward the socket with ssh -R.

With --listen, the server is a container endpoint on 127.0.0.1, for programs in the
same network as this one. With --relay, run it in the container or on the other
machine, for programs that know only such an endpoint: it has the sessions of
--socket. Both print the variables that the programs need, or write --env-file.

The profile and the limits are those of this command line; a client cannot choose
others. You are asked here, and the question says which program asks, as far as that
can be known. The server ends with Ctrl-C, and with awsbroker logout.`,
		Example: `  awsbroker serve admin --read-only --socket ~/.shop/aws
  ssh -R /home/phoebe/aws:/home/phoebe/.shop/aws devbox
  awsbroker credential-process --socket /home/phoebe/aws        there
  awsbroker serve --relay 127.0.0.1:9911 --socket /home/phoebe/aws`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd, a, o) },
	}
	takesProfile(cmd, &o.Profile, "profile whose session to give")
	f := cmd.Flags()
	f.StringVar(&o.Socket, "socket", "", "path of the socket; its directory must be yours alone")
	f.StringVar(&o.Listen, "listen", "", "address for a container endpoint, like 127.0.0.1:9911")
	f.StringVar(&o.Relay, "relay", "", "address for a container endpoint with the sessions of --socket")
	f.StringVar(&o.EnvFile, "env-file", "", "file to write the endpoint's variables to, instead of printing them")
	f.BoolVar(&o.detach, "detach", false, "go to the background once the server is ready")
	narrows(cmd, &a.narrow)
	return cmd
}

// check refuses flags that contradict each other, and makes the paths absolute.
func (o *serveOptions) check(narrowed bool) error {
	switch {
	case o.Relay != "" && o.Listen != "":
		return usage(errors.New("--relay has the sessions of a socket, and --listen those of a profile: give one of them"))
	case o.Relay != "" && o.Socket == "":
		return usage(errors.New("--relay needs --socket, where it gets its sessions"))
	case o.Relay != "" && (o.Profile != "" || narrowed):
		return usage(errors.New("--relay takes no profile and no limits: the server of the socket has its own"))
	case o.Socket != "" && o.Listen != "":
		return usage(errors.New("--socket and --listen exclude each other; a second server can have the other one"))
	case o.Socket == "" && o.Listen == "":
		return usage(errors.New("serve needs --socket, a path, or --listen, an address"))
	case o.EnvFile != "" && o.Listen == "" && o.Relay == "":
		return usage(errors.New("--env-file goes with --listen or --relay"))
	}
	for _, address := range []string{o.Listen, o.Relay} {
		if err := credserver.CheckAddress(address); address != "" && err != nil {
			return usage(err)
		}
	}
	for _, path := range []*string{&o.Socket, &o.EnvFile} {
		if *path == "" {
			continue
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return failure.New(failure.Other, "the directory of the path %s is not known: %w", *path, err)
		}
		*path = abs
	}
	return nil
}

func runServe(cmd *cobra.Command, a *app, o serveOptions) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if err := o.check(!b.Narrowing.IsZero()); err != nil {
		return err
	}
	if o.Relay == "" {
		if err := prepareServer(cmd, a, b, &o); err != nil {
			return err
		}
	}
	if o.detach {
		return a.detachServer(service{o, b.Narrowing, b.SealingKey()})
	}
	return a.runService(cmd.Context(), b, o, a.announceServer(o))
}

// prepareServer chooses the profile and gets its session, so that a mistake is told now,
// and the first question is asked here. The server gives nobody that session unless it
// still lives then.
func prepareServer(cmd *cobra.Command, a *app, b *broker.Broker, o *serveOptions) (err error) {
	if o.Profile, err = a.choose(b, o.Profile); err != nil {
		return err
	}
	if o.Socket != "" {
		if err := socket.CheckSocket(o.Socket); err != nil {
			return err
		}
	}
	t, err := b.Target(o.Profile)
	if err != nil {
		return err
	}
	if err := b.Permit(cmd.Context(), t, broker.Want{Kept: true}); err != nil { // agents that are refused may not ask for a code
		return err
	}
	_, err = b.SessionOf(cmd.Context(), t, broker.Want{})
	return err
}

// service is what a server needs to know that goes to the background.
type service struct {
	Options    serveOptions
	Narrowing  config.Narrowing
	SealingKey []byte // of the cached sessions; nil: the system has it
}
