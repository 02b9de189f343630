package fakeaws

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// visit sends a request to a host of the website, with a form if there is one.
func visit(s *Server, method, to string, form url.Values, cookies ...*http.Cookie) *http.Response {
	r := httptest.NewRequest(method, to, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

// federate asks a host for a token of credentials.
func federate(t *testing.T, s *Server, host string, id, secret, token string, more ...string) (status int, signin string) {
	t.Helper()
	session, err := json.Marshal(map[string]string{"sessionId": id, "sessionKey": secret, "sessionToken": token})
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"Action": {"getSigninToken"}, "Session": {string(session)}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	answer := visit(s, "POST", "https://"+host+"/federation", form)
	var out struct{ SigninToken string }
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode == http.StatusOK {
		if err := json.Unmarshal(body, &out); err != nil || out.SigninToken == "" {
			t.Errorf("no token: %s", body)
		}
	}
	return answer.StatusCode, out.SigninToken
}

const signInHost = "signin.aws.amazon.com"

func TestFederationIsStrict(t *testing.T) {
	w, first, second := taggable(t)
	c := clientOf(t, w.Server, w.Key)
	session := func(c client, action string, pairs ...string) credentialsXML {
		got := c.call(action, pairs...)
		got.wantOK(t)
		if action == "GetSessionToken" {
			return got.Session
		}
		return got.Assumed
	}
	direct := session(c, "AssumeRole", "RoleArn", first.ARN(), "RoleSessionName", "me")
	chained := session(c.session(direct), "AssumeRole", "RoleArn", second.ARN(), "RoleSessionName", "me")
	timed := session(c.session(direct), "AssumeRole", "RoleArn", second.ARN(), "RoleSessionName", "me", "DurationSeconds", "3600")
	plain := session(c, "GetSessionToken")
	for name, x := range map[string]struct {
		host   string
		creds  credentialsXML
		more   []string
		status int
	}{
		"a role's":                         {signInHost, direct, nil, 200},
		"of a region":                      {"eu-west-1." + signInHost, direct, nil, 200},
		"with a length":                    {signInHost, direct, []string{"SessionDuration", "43200"}, 200},
		"too short":                        {signInHost, direct, []string{"SessionDuration", "899"}, 400},
		"too long":                         {signInHost, direct, []string{"SessionDuration", "43201"}, 400},
		"with what is not known":           {signInHost, direct, []string{"DurationSeconds", "3600"}, 400},
		"a chain's":                        {signInHost, chained, nil, 200},
		"a chain's with a length":          {signInHost, chained, []string{"SessionDuration", "900"}, 400},
		"a chain's of a length":            {signInHost, timed, nil, 400},
		"of GetSessionToken":               {signInHost, plain, nil, 400},
		"of GetSessionToken with a length": {signInHost, plain, []string{"SessionDuration", "900"}, 400},
		"a user's key":                     {signInHost, credentialsXML{AccessKeyID: w.Key.ID, SecretAccessKey: w.Key.Secret}, nil, 400},
		"another token":                    {signInHost, credentialsXML{direct.AccessKeyID, direct.SecretAccessKey, chained.SessionToken, ""}, nil, 400},
		"another secret":                   {signInHost, credentialsXML{direct.AccessKeyID, chained.SecretAccessKey, direct.SessionToken, ""}, nil, 400},
		"in China":                         {"signin.amazonaws.cn", direct, nil, 400},
		"in GovCloud":                      {"signin.amazonaws-us-gov.com", direct, nil, 400},
	} {
		if status, _ := federate(t, w.Server, x.host, x.creds.AccessKeyID, x.creds.SecretAccessKey, x.creds.SessionToken, x.more...); status != x.status {
			t.Errorf("%s: %d, not %d", name, status, x.status)
		}
	}
	get := "https://" + signInHost + "/federation?" + url.Values{"Action": {"getSigninToken"}, "Session": {"{}"}}.Encode()
	if answer := visit(w.Server, "GET", get, nil); answer.StatusCode != 400 {
		t.Errorf("a session in a URL: %s", answer.Status)
	}
	for _, call := range w.Server.Calls("GetSigninToken") {
		if _, logged := call.Params["Session"]; logged {
			t.Error("the session is in the list of calls")
		}
	}
}

// TestSignIn: a token works once, in its partition, for a page of the console, within 15
// minutes; the console then shows who is signed in, until the session's end.
func TestSignIn(t *testing.T) {
	w, first, _ := taggable(t)
	got := clientOf(t, w.Server, w.Key).call("AssumeRole", "RoleArn", first.ARN(), "RoleSessionName", "me")
	got.wantOK(t)
	token := func(more ...string) string {
		_, token := federate(t, w.Server, signInHost, got.Assumed.AccessKeyID, got.Assumed.SecretAccessKey, got.Assumed.SessionToken, more...)
		return token
	}
	login := func(host, token, page string, cookies ...*http.Cookie) *http.Response {
		return visit(w.Server, "GET", "https://"+host+"/federation?"+url.Values{"Action": {"login"}, "SigninToken": {token}, "Destination": {page}}.Encode(), nil, cookies...)
	}
	const page = "https://console.aws.amazon.com/s3/home"
	used := token("SessionDuration", "900")
	in := login(signInHost, used, page)
	if in.StatusCode != 302 || in.Header.Get("Location") != page || len(in.Cookies()) != 1 || in.Cookies()[0].Domain != "aws.amazon.com" {
		t.Fatalf("%s %v", in.Status, in.Header)
	}
	late := token()
	for name, answer := range map[string]*http.Response{
		"twice": login(signInHost, used, page), "elsewhere": login(signInHost, token(), "https://evil.test/"), "in China": login("signin.amazonaws.cn", token(), page),
		"China's page": login(signInHost, token(), "https://console.amazonaws.cn/"), "signed in": login(signInHost, token(), page, in.Cookies()[0]),
	} {
		if answer.StatusCode != 400 {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
	shown := func() int { return visit(w.Server, "GET", page, nil, in.Cookies()[0]).StatusCode }
	if shown() != 200 || visit(w.Server, "GET", page, nil).StatusCode != 401 {
		t.Error("the console does not know who is signed in")
	}
	w.Server.Advance(15*time.Minute + time.Second)
	if shown() != 401 || login(signInHost, late, page).StatusCode != 400 {
		t.Error("what is over works")
	}
}
