package console

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Open has the browser open a secret link by way of an address on this machine that
// works once, and waits until it has.
func (o *Browser) Open(ctx context.Context, b *broker.Broker, link credential.Secret) error {
	h, err := newHandover(link)
	if err != nil {
		return failure.New(failure.Other, "no link could be made for the browser: %w", err).Hint("print it: %s", printLink(o.profile))
	}
	defer h.listener.Close()
	program := filepath.Base(o.command[0])
	h.wait = func() {
		b.Report.Step(say.Sprintf("waiting for %s to open the link, at most %s", program, say.Duration(linkLife)))
	}
	ended, err := o.start(b, h.URL())
	if err == nil {
		err = h.serve(ctx, linkLife, ended)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNotFetched):
		return failure.New(failure.Other, "%s did not open the link within %s, so the link no longer works", program, say.Duration(linkLife)).
			Hint("name another browser with --browser, or print the link: %s", printLink(o.profile))
	case errors.Is(err, context.Canceled):
		return failure.New(failure.NeedPerson, "cancelled before %s opened the link; the link no longer works", program)
	}
	return failure.New(failure.Other, "%s did not open the link: %w", program, err).
		Hint("name another browser with --browser, or print the link: %s", printLink(o.profile))
}

// OpenPlain has the browser open a link with no secret in it.
func (o *Browser) OpenPlain(b *broker.Broker, link string) error {
	ended, err := o.start(b, link)
	if err == nil {
		select {
		case err = <-ended:
		case <-time.After(2 * time.Second): // a browser that runs has the link
		}
	}
	if err != nil {
		return failure.New(failure.Other, "%s did not open the link: %w", filepath.Base(o.command[0]), err).Hint("print it with --print")
	}
	return nil
}

// start runs the browser, which goes on when this process has ended, without what is in
// the environment for AWS and awsbroker. ended gets how it ended: nil where that was
// without an error.
func (o *Browser) start(b *broker.Broker, link string) (ended <-chan error, err error) {
	words := o.words(link)
	b.Debug("browser: %s", words[0])
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = prompt.ChildEnviron(b.Environ)
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ends := make(chan error, 1)
	go func() { ends <- cmd.Wait() }() // ends with the browser, or with this process
	return ends, nil
}
