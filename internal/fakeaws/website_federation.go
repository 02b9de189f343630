package fakeaws

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// signInTokenLife: "The token is valid for 15 minutes after it has been issued."
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
const signInTokenLife = 15 * time.Minute

// consoleSession is a browser that is signed in, or may be within the life of the token.
type consoleSession struct {
	who     *caller
	length  time.Duration // from the sign-in on; 0 is until the role's session ends
	expires time.Time     // of the token first, of the sign-in then
}

// getSigninToken takes sessions of roles of the website's own partition. It wants a
// POST: AWS takes a GET as well, with the session in the URL, where proxies see it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
func getSigninToken(x *exchange, _ *caller) (any, *apiError) {
	text := x.params.required("Session")
	seconds := x.params.integer("SessionDuration", 0, 900, 43200)
	if err := x.params.check(); err != nil {
		return nil, err
	}
	if x.http.Method != http.MethodPost || x.http.URL.RawQuery != "" {
		return nil, badRequest("a session belongs into the body of a POST")
	}
	sess := x.server.sessionOfJSON(text)
	host, _ := siteOfHost(hostOf(x.http))
	switch {
	case sess == nil || !x.now.Before(sess.expires):
		return nil, badRequest("Invalid credentials parameter")
	case sess.role == nil:
		return nil, badRequest("Invalid credentials parameter: a session of GetSessionToken")
	case host.partition != "" && host.partition != sess.role.account.Partition:
		return nil, badRequest("Invalid credentials parameter: of another partition")
	case sess.chained && sess.timed: // "Otherwise, the call to the federation endpoint in step 3 fails"
		return nil, badRequest("Invalid credentials parameter: DurationSeconds with role chaining")
	case seconds > 0 && sess.chained:
		return nil, badRequest("Invalid credentials parameter: SessionDuration with role chaining")
	}
	made := &consoleSession{
		who:     &caller{account: sess.role.account, session: sess},
		length:  time.Duration(seconds) * time.Second,
		expires: x.now.Add(signInTokenLife),
	}
	if seconds == 0 && !sess.chained {
		made.length = 12 * time.Hour // one report says so, and it is the worst that could be
	}
	x.call.Principal, x.call.Account, x.call.AccessKeyID = made.who.arn(), made.who.account.ID, sess.accessKeyID
	token := newSessionToken()
	x.server.signInTokens[token] = made
	body, _ := json.Marshal(map[string]string{"SigninToken": token}) // one string always marshals
	return &answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: body}, nil
}

// sessionOfJSON finds the session whose three parts are in the text, and nothing else;
// nil if there is none.
func (s *Server) sessionOfJSON(text string) *session {
	var in struct{ SessionID, SessionKey, SessionToken string }
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&in) != nil || d.More() {
		return nil
	}
	sess := s.sessions[in.SessionID] // a user's key is none
	if sess == nil || subtle.ConstantTimeCompare([]byte(in.SessionKey), []byte(sess.secret)) != 1 ||
		subtle.ConstantTimeCompare([]byte(in.SessionToken), []byte(sess.token)) != 1 {
		return nil
	}
	return sess
}

// cookieName is that of the one cookie that says who is signed in.
const cookieName = "fake-aws-session"

// consoleLogin signs a browser in, once for each token, and leads it to a page of the
// token's own console.
func consoleLogin(x *exchange, _ *caller) (any, *apiError) {
	token := x.params.required("SigninToken")
	page := x.params.required("Destination")
	x.params.optional("Issuer")
	if err := x.params.check(); err != nil {
		return nil, err
	}
	in := x.server.signInTokens[token]
	host, _ := siteOfHost(hostOf(x.http))
	switch {
	case in == nil || !x.now.Before(in.expires):
		return nil, badRequest("the sign-in token is not valid")
	case host.partition != "" && host.partition != in.who.account.Partition:
		return nil, badRequest("the sign-in token is of another partition")
	case !leadsTo(page, func(host string) bool {
		s, console := siteOfHost(host)
		return console && s.partition == in.who.account.Partition
	}):
		return nil, badRequest("the destination is no page of this console")
	case x.cookie() != nil:
		return nil, badRequest("You must first log out before logging into a different AWS account.")
	}
	delete(x.server.signInTokens, token)
	if in.expires = x.now.Add(in.length); in.length == 0 {
		in.expires = in.who.session.expires
	}
	cookie := newSessionToken()
	x.server.consoleSessions[cookie] = in
	x.call.Principal, x.call.Account = in.who.arn(), in.who.account.ID
	return x.redirect(page, &http.Cookie{Name: cookieName, Value: cookie}), nil
}

// consoleLogout signs a browser out and leads it on to another page of the same service.
func consoleLogout(x *exchange, _ *caller) (any, *apiError) {
	next := x.params.required("redirect_uri")
	if err := x.params.check(); err != nil {
		return nil, err
	}
	own := hostOf(x.http)
	if !leadsTo(next, func(host string) bool { return host == own }) {
		return nil, badRequest("redirect_uri leads elsewhere")
	}
	return x.redirect(next, &http.Cookie{Name: cookieName, MaxAge: -1}), nil
}

// redirect sends the browser to another page, with a cookie of the whole website.
func (x *exchange) redirect(to string, cookie *http.Cookie) *answer {
	host, _ := siteOfHost(hostOf(x.http))
	cookie.Domain, cookie.Path, cookie.HttpOnly, cookie.Secure = host.cookies, "/", true, host.partition != ""
	return &answer{status: http.StatusFound, header: http.Header{"Location": {to}, "Set-Cookie": {cookie.String()}}}
}

// cookie returns who is signed in with the browser; nil if nobody is.
func (x *exchange) cookie() *consoleSession {
	c, err := x.http.Cookie(cookieName)
	if err != nil {
		return nil
	}
	in := x.server.consoleSessions[c.Value]
	if in == nil || !x.now.Before(in.expires) {
		return nil
	}
	return in
}
