package fakeaws

import "time"

// Login is a session as `aws login` gives it.
type Login struct {
	Account, ARN                               string
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time
}

// SignIn gives a session of the user itself, also of root, for a quarter of an hour, as
// `aws login` does. mfa says whether a code was asked for in the browser. AWS names no
// service that would not take such a session.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html
func (u *User) SignIn(mfa bool) Login {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	sess := &session{user: u, signedIn: true}
	if mfa {
		sess.mfa = now
	}
	x := s.issue(now, 15*time.Minute, sess)
	return Login{u.account.ID, u.ARN(), x.AccessKeyID, x.SecretAccessKey, x.SessionToken, sess.expires}
}

// SignIn gives a session of the role, as a browser that is signed in to it passes on.
func (r *Role) SignIn(name string) Login {
	s := r.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	sess := &session{role: r, name: name}
	x := s.issue(s.clock.now(), 15*time.Minute, sess)
	return Login{r.account.ID, (&caller{account: r.account, session: sess}).arn(), x.AccessKeyID, x.SecretAccessKey, x.SessionToken, sess.expires}
}
