package main

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/credserver"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/memory"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/standin"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// handover is what a server needs to know. Between processes it goes through
// a pipe: arguments and environments are for others to see.
type handover struct {
	Profile     string
	Narrowing   config.Narrowing
	Program     string       // that the server is for
	Agent       caller.Agent // that the command works for
	Address     string
	Path        string
	Token       string
	Command     int    // process that the server is for
	Stays       bool   // the command is that process's child, and does not take its place
	Copy        string // of the config file, to be removed at the end; or empty
	SealingKey  []byte // of the cached sessions; nil: the system has it
	AccessKeyID string
	Secret      string
	Session     string
	Account     string
	Subject     string
	Issued      time.Time
	Expiration  time.Time
	Booted      int64
}

func newHandover(b *broker.Broker, profile string, e credserver.Endpoint, s session.Session) handover {
	return handover{
		Profile: profile, Narrowing: b.Narrowing, Program: b.Program, Agent: b.Agent,
		Address: e.Address, Path: e.Path, Token: e.Token.Reveal(),
		AccessKeyID: s.AccessKeyID, Secret: s.SecretAccessKey.Reveal(), Session: s.SessionToken.Reveal(),
		Account: s.AccountID, Subject: s.Subject, Issued: s.Issued, Expiration: s.Expiration, Booted: s.Booted,
	}
}

func (h *handover) endpoint() credserver.Endpoint {
	return credserver.Endpoint{Address: h.Address, Path: h.Path, Token: credential.NewSecret(h.Token)}
}

func (h *handover) session() session.Session {
	return session.Session{
		Credentials: credential.Credentials{
			AccessKeyID: h.AccessKeyID, SecretAccessKey: credential.NewSecret(h.Secret), SessionToken: credential.NewSecret(h.Session),
			AccountID: h.Account, Expiration: h.Expiration,
		},
		Subject: h.Subject, Issued: h.Issued, Booted: h.Booted,
	}
}

// containerURI is the variable by which a command finds its server.
const containerURI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

// giveServer gives the address of a server that has the session.
func (a *app) giveServer(cmd *cobra.Command, b *broker.Broker, o execOptions) (set []variables.Variable, end func() visits, err error) {
	profile, s, err := a.execSession(cmd, b, o)
	if err != nil {
		return nil, nil, err
	}
	region, err := b.ChildRegion(profile)
	if err != nil {
		return nil, nil, err
	}
	l, e, err := credserver.Listen()
	if err != nil && !o.server { // a machine without a loopback interface
		return a.giveSession(cmd, b, o)
	}
	if err != nil {
		return nil, nil, failure.New(failure.Other, "no server can be started: %w", err)
	}
	h := newHandover(b, profile, e, s)
	h.SealingKey, h.Stays = b.SealingKey(), o.staysBesideServer()
	set = append(append(variables.OfRegion(region), variables.OfProfile(profile)...),
		variables.Variable{Name: containerURI, Value: e.URL()},
		variables.Variable{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN", Value: e.Token.Reveal()})
	standIn, err := standin.Make(b, o.server)
	if err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	if standIn != nil {
		set = append(set, variables.Variable{Name: "AWS_PROFILE", Value: standIn.Name}, variables.Variable{Name: "AWS_CONFIG_FILE", Value: standIn.Config})
		if standIn.Copied {
			h.Copy = standIn.Config
		}
	}
	if end, err = a.startServer(cmd.Context(), b, l, h); err != nil {
		standin.Remove(h.Copy)
		return nil, nil, failure.New(failure.Other, "the server did not start: %w", err)
	}
	return set, end, nil
}

// serve answers requests with the session and keeps it fresh until ctx ends;
// then it waits for a renewal that is under way, which may have a code in hand.
// It writes to told what happens.
func serve(ctx context.Context, b *broker.Broker, l net.Listener, h handover, told io.Writer) error {
	b.Narrowing, b.Program = h.Narrowing, h.Program
	if h.Agent != (caller.Agent{}) {
		b.Agent = h.Agent // else what this process itself can tell: whoever started it may say anything
	}
	keeper := b.NewKeeper(h.Profile, h.session())
	var renewing sync.WaitGroup
	renewing.Go(func() { keeper.Run(ctx) })
	saver := memory.NewSaver()
	e := h.endpoint()
	e.Refused = newVisit(told, refusedVisit)
	asked := newVisit(told, askedVisit)
	err := credserver.Serve(ctx, l, e, func() (session.Session, error) {
		asked()
		saver.Release()
		return keeper.Current()
	})
	standin.Remove(h.Copy)
	renewing.Wait()
	return err
}
