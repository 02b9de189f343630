// Package console signs a browser in to the AWS console as the session of a role.
package console

import (
	"context"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/signin"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Options say who is signed in, where, and for how long.
type Options struct {
	Profile string
	Page    string        // as [signin.Site.Page] takes it; empty is the console's home
	For     time.Duration // length of the console session; 0 is what is left of the role's
	SignOut bool          // whoever is signed in is signed out first
}

// SignedIn is a link that signs a browser in, and what it leads to.
type SignedIn struct {
	Link    credential.Secret // whoever opens it within [signin.TokenLife] is signed in
	Role    string            // name
	Account string
	Ends    time.Time // of the console session
}

// SignIn gets the profile's session, and the link that stands for it.
func SignIn(ctx context.Context, b *broker.Broker, o Options) (SignedIn, error) {
	t, err := b.Target(o.Profile)
	if err != nil {
		return SignedIn{}, err
	}
	site, err := siteOf(b, t)
	if err != nil {
		return SignedIn{}, err
	}
	region, err := b.ChildRegion(o.Profile)
	if err != nil {
		return SignedIn{}, err
	}
	page, err := site.Page(o.Page, region)
	if err != nil {
		return SignedIn{}, failure.New(failure.Usage, "%w", err)
	}
	if err := checkFor(t, o.For); err != nil {
		return SignedIn{}, err
	}
	s, err := b.Session(ctx, o.Profile, broker.Want{MinLeft: signin.ShortestSession})
	if err != nil {
		return SignedIn{}, err
	}
	token, ends, err := askToken(ctx, b, t, site, s, o.For)
	if err != nil {
		return SignedIn{}, err
	}
	out := SignedIn{Link: site.Link(token, page), Ends: ends}
	if o.SignOut {
		out.Link = site.SignOutFirst(out.Link)
	}
	out.Account, out.Role = awsapi.SplitARN(t.Profile.RoleARN)
	return out, nil
}

// siteOf returns the sign-in service of the partition of a target's role. Targets that
// no console takes are refused before anybody is asked for a code.
func siteOf(b *broker.Broker, t *target.Target) (signin.Site, error) {
	if err := t.RefuseRoot(time.Now()); err != nil {
		return signin.Site{}, err
	}
	if t.Profile.RoleARN == "" {
		return signin.Site{}, noRole(b, t)
	}
	site, ok := signin.SiteOf(awsapi.PartitionOf(t.Profile.RoleARN))
	if !ok {
		return site, failure.New(failure.Other, "the role of profile %s is in partition %s, and AWS publishes no sign-in address for that partition",
			t.Profile.Name, awsapi.PartitionOf(t.Profile.RoleARN))
	}
	if url := awsapi.ChosenURL("SIGNIN", t.Profile.IgnoreEndpointURLs, "", t.Profile.EndpointURL); url != "" {
		if err := awsapi.CheckURL(url); err != nil {
			return site, failure.OfAWS(err, t.Profile, false)
		}
		site.SignIn = strings.TrimRight(url, "/")
	}
	return site, nil
}

// noRole is the failure for a profile whose session is the user's own, which the console
// does not take. It names profiles that have a role.
func noRole(b *broker.Broker, t *target.Target) error {
	f := failure.New(failure.Usage, "profile %s has no role, and the console accepts only sessions of roles", t.Profile.Name)
	cfg, err := b.ReadConfig()
	if err != nil {
		return f
	}
	const most = 5
	named := 0
	for _, name := range cfg.Ours() {
		if p, err := cfg.Resolve(name); err == nil && p.RoleARN != "" && named < most {
			f.Hint("use a profile with a role: awsbroker console %s", say.ShellWord(name))
			named++
		}
	}
	if named == 0 {
		f.Hint("give the profile a role: awsbroker set %s role_arn ARN", say.ShellWord(t.Profile.Name))
	}
	return f
}

// askToken gets the token for a session, and says when the console session will end.
func askToken(ctx context.Context, b *broker.Broker, t *target.Target, site signin.Site, s session.Session, asked time.Duration) (credential.Secret, time.Time, error) {
	if e := (awsapi.Endpoint{URL: site.SignIn}); !site.IsAWS() && !e.IsLocal() {
		b.Warn("the session itself goes to %s, which is not AWS's own address", site.Host())
	}
	length := lengthOf(t, s, asked)
	b.Debug("sign-in: %s, for a console session of %s", site.Host(), lengthText(length))
	started := time.Now()
	token, err := site.Token(ctx, t.Endpoint, s.Credentials, length)
	if length > 0 && asked == 0 && awsapi.Is(err, awsapi.Rejected) {
		// A session that is cached may have come from an MFA session (login --all).
		b.Debug("sign-in: refused; asking without a length, as for a session that another session made")
		length = 0
		token, err = site.Token(ctx, t.Endpoint, s.Credentials, length)
	}
	if err != nil {
		return credential.Secret{}, time.Time{}, refused(t, site, err, asked)
	}
	if length == 0 {
		return token, s.Expiration, nil
	}
	return token, started.Add(length), nil
}

// refused says what the sign-in service objected to.
func refused(t *target.Target, site signin.Site, err error, asked time.Duration) error {
	var f *failure.Error
	name := say.ShellWord(t.Profile.Name)
	switch {
	case awsapi.Is(err, awsapi.Rejected, awsapi.Denied):
		f = failure.New(failure.Refused, "AWS refused to open the console with this session: %w", err)
		if at, ok := t.Profile.Origin("duration_seconds"); ok && t.From != nil {
			f.Hint("remove %s: AWS refuses a console session of a chosen length if another session made the session", at.String())
		}
		if asked > 0 {
			f.Hint("leave out --for: the role may allow only shorter sessions")
		}
		f.Hint("try again with a new session, after: awsbroker logout %s", name).
			Hint("a policy of the account or organization may limit the networks from which people sign in")
	case awsapi.Is(err, awsapi.Unreachable, awsapi.Redirected, awsapi.Garbled, awsapi.Failing, awsapi.Throttled):
		f = failure.New(failure.Unreachable, "the sign-in service %s could not be reached: %w", site.Host(), err).
			Hint("check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_SIGNIN")
	default:
		return failure.OfAWS(err, t.Profile, false)
	}
	return f
}
