package gitpassword

import (
	"context"
	"net/url"
	"sync"

	"github.com/awsbroker/awsbroker/internal/codecommit"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// split takes the URL of a repository apart.
func split(repository string) (host codecommit.Host, path string, ok bool) {
	u, err := url.Parse(repository)
	if err != nil || u.Scheme != "https" {
		return host, "", false
	}
	name := codecommit.Repository(u.Path)
	host, ok = codecommit.ParseHost(u.Host)
	return host, "/v1/repos/" + name, ok && name != ""
}

// prove signs in to the repository with a new password until it is taken, as git ls-remote
// does. Without a repository nothing is proved.
func (w *work) prove(ctx context.Context, fresh stored) (proved bool, err error) {
	if w.Repository != "" {
		fresh.Repository = w.Repository
	}
	host, path, ok := split(fresh.Repository)
	if !ok {
		return false, nil
	}
	there := w.Actor.Target.Endpoint
	there.URL = "https://" + host.Name
	client, err := there.HTTPClient()
	if err != nil {
		return false, failure.OfAWS(err, w.Actor.Target.Profile, false)
	}
	stop := func() {}
	defer func() { stop() }()
	up := wait.Up{To: proveFor, Every: proveEvery, Clock: w.broker.Clock, Say: sync.OnceFunc(func() {
		stop = w.broker.Report.Waiting("until CodeCommit accepts the new password", proveFor)
	})}
	var reply codecommit.Reply
	end, _ := wait.For(ctx, up, func(ctx context.Context) (bool, error) {
		reply = codecommit.Ask(ctx, client, host, path, fresh.login())
		return reply != codecommit.Refused, nil
	})
	switch {
	case reply == codecommit.Accepted:
		return true, nil
	case end == wait.Interrupted:
		return false, w.resumable(failure.Interrupted("until CodeCommit accepts the new password"))
	case reply == codecommit.Refused:
		return false, w.explainRefused(fresh)
	}
	return false, w.resumable(failure.New(failure.Unreachable, "%s could not be reached, or there is no such repository", fresh.Repository).
		Hint("name another one: --repository URL"))
}
