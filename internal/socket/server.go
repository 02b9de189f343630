// Package socket gives the session of one profile to other places: containers, the far end
// of an SSH connection. Who starts a server says which profile, and which limits; a client
// says nothing but that it asks. The person is asked where the server is.
//
// A client on the same machine, or in a container of it, comes by a Unix socket. What is
// known of it is what the system tells; what it says of itself is shown as that.
package socket

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Server gives the session of a profile.
type Server struct {
	run     *broker.Broker // what each client's run is like
	profile string
	agent   caller.Agent // for whom the server was started
	told    func(who caller.Process, s session.Session, err error)

	turn chan struct{} // taken by the run of one client: who asks is a fact about the whole process
}

// maxClients at once; one more is told so.
const maxClients = 256

// New returns a server of a profile, as b was started: with its limits, keychain and ways
// to ask. told hears how each client fared.
func New(b *broker.Broker, profile string, told func(caller.Process, session.Session, error)) *Server {
	return &Server{run: b, profile: profile, agent: caller.Find().Agent, told: told, turn: make(chan struct{}, 1)}
}

// Serve answers the clients of a socket until ctx ends.
func (s *Server) Serve(ctx context.Context, l *Socket) error {
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	room := make(chan struct{}, maxClients)
	var open sync.WaitGroup
	defer open.Wait()
	for {
		c, err := l.AcceptUnix()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			time.Sleep(50 * time.Millisecond) // no descriptor is free
			continue
		}
		select {
		case room <- struct{}{}:
			open.Go(func() {
				defer func() { <-room }()
				s.serveClient(ctx, c)
			})
		default:
			refuse(ctx, c, failure.New(failure.Other, "%d clients are waiting for this server already", maxClients))
			_ = c.Close()
		}
	}
}

// serveClient answers one client.
func (s *Server) serveClient(ctx context.Context, c *net.UnixConn) {
	defer c.Close()
	since := time.Now()
	p, err := checkPeer(c)
	if err != nil {
		refuse(ctx, c, err)
		return
	}
	in := bufio.NewReaderSize(c, maxLine)
	me, err := hear(ctx, c, in, toSay)
	if err != nil {
		return
	}
	if me.Version > version {
		_ = send(c, answer(session.Session{}, failure.New(failure.Other, "the awsbroker of this client is newer than the one of the server"), since))
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	_ = c.SetReadDeadline(time.Time{})
	go func() {
		_, _ = in.ReadByte() // a client says nothing more: it has gone
		cancel(errGone)
	}()
	silent := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { keepWaiting(c, silent) })
	got, err := s.give(ctx, p, me, since)
	close(silent)
	beating.Wait()
	if errors.Is(context.Cause(ctx), errGone) {
		return
	}
	if err != nil && ctx.Err() != nil {
		err = failure.New(failure.Unreachable, "the server was ended")
	}
	_ = send(c, answer(got, err, time.Now()))
}

// hear reads what a client says of itself. A client that says nothing keeps nobody waiting
// at the server's end.
func hear(ctx context.Context, c net.Conn, in *bufio.Reader, within time.Duration) (me Me, err error) {
	_ = c.SetReadDeadline(time.Now().Add(within))
	stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	err = receive(in, &me)
	if !stop() {
		return me, ctx.Err()
	}
	return me, err
}

// refuse tells a client why it gets nothing. What the client says is read first: a system
// that closes a socket with something unread in it drops what was sent by it.
func refuse(ctx context.Context, c net.Conn, why error) {
	_, _ = hear(ctx, c, bufio.NewReaderSize(c, maxLine), time.Second)
	_ = send(c, answer(session.Session{}, why, time.Now()))
}

// errGone: nobody waits for the answer any more.
var errGone = errors.New("the client has gone")

// keepWaiting tells a client, until silent is closed, that the server lives.
func keepWaiting(c net.Conn, silent <-chan struct{}) {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-silent:
			return
		case <-t.C:
			if send(c, reply{Waiting: true}) != nil {
				return
			}
		}
	}
}

// give gets the session for one client, in a run of its own whose time began when the
// client came: another one's question may have been open since.
func (s *Server) give(ctx context.Context, p peer, me Me, since time.Time) (session.Session, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return session.Session{}, ctx.Err()
	}
	defer func() { <-s.turn }()
	who := identify(p, me, s.agent)
	caller.SpeakFor(&who)
	session.ActForJob(jobOf(p, me))
	defer caller.SpeakFor(nil)
	defer session.ActForJob(0)
	got, err := s.newRun(since).Session(ctx, s.profile, broker.Want{})
	s.told(who, got, err)
	return got, err
}

func (s *Server) newRun(since time.Time) *broker.Broker {
	b := s.run
	run := &broker.Broker{
		Paths: b.Paths, Keystore: b.Keystore, Region: b.Region, Narrowing: b.Narrowing, EndpointIsMine: b.EndpointIsMine,
		Prompt: b.Prompt, Environ: b.Environ, Agent: caller.Find().Agent, Command: b.Command, Report: b.Report,
		Started: since, Limits: broker.CallerLimits,
	}
	run.Unseal(b.SealingKey())
	return run
}
