package fakeaws

import (
	"crypto/subtle"
	"io"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// Repositories is CodeCommit over HTTPS: Git's own http-backend behind what CodeCommit
// asks of a caller, which is a password signed with a session.
// https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html
type Repositories struct {
	server *Server
	dir    string
	cgi    string
}

// NewRepositories returns the repositories that are kept below a directory.
func (s *Server) NewRepositories(dir string) (*Repositories, error) {
	path, err := exec.Command("git", "--exec-path").Output()
	return &Repositories{s, dir, filepath.Join(strings.TrimSpace(string(path)), "git-http-backend")}, err
}

// Add makes an empty repository of an account, and returns where it is.
func (r *Repositories) Add(account *Account, region, name string) (dir string, err error) {
	dir = filepath.Join(r.dir, account.ID, region, name+".git")
	for _, args := range [][]string{{"init", "-q", "--bare", "-b", "main", dir}, {"-C", dir, "config", "http.receivepack", "true"}} {
		if err := exec.Command("git", args...).Run(); err != nil {
			return "", err
		}
	}
	return dir, nil
}

var gitHost = regexp.MustCompile(`^git-codecommit(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$`)

// ServeHTTP serves Git to those whom the policies of their account let.
func (r *Repositories) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	w.Header().Set("Date", r.server.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("X-Amzn-Requestid", newRequestID())
	refuse := func(status int, why string) {
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="AWS CodeCommit"`)
		}
		http.Error(w, why, status)
	}
	m := gitHost.FindStringSubmatch(hostOf(in))
	name, rest, ok := strings.Cut(strings.TrimPrefix(in.URL.Path, "/v1/repos/"), "/")
	if m == nil || !ok || !strings.HasPrefix(in.URL.Path, "/v1/repos/") {
		refuse(http.StatusNotFound, "there is nothing")
		return
	}
	user, password, ok := in.BasicAuth()
	if !ok {
		refuse(http.StatusUnauthorized, "credentials are missing")
		return
	}
	action := "GitPull"
	if in.URL.Query().Get("service") == "git-receive-pack" || strings.HasSuffix(rest, "git-receive-pack") {
		action = "GitPush"
	}
	account := r.server.admitToGit(in, gitRequest{m[1], name, action, user, password})
	if account == "" {
		refuse(http.StatusForbidden, "the security token is not valid, or is not allowed to do this")
		return
	}
	dir := filepath.Join(r.dir, account, m[1], name+".git")
	if _, err := os.Stat(dir); err != nil {
		refuse(http.StatusNotFound, "repository "+name+" does not exist")
		return
	}
	if len(in.TransferEncoding) > 0 { // a push of more than a megabyte; CGI has to know the length
		body, err := os.CreateTemp(r.dir, "push-")
		if err != nil {
			refuse(http.StatusInternalServerError, err.Error())
			return
		}
		defer os.Remove(body.Name())
		defer body.Close()
		if in.ContentLength, err = io.Copy(body, in.Body); err == nil {
			_, err = body.Seek(0, io.SeekStart)
		}
		if err != nil {
			refuse(http.StatusBadRequest, err.Error())
			return
		}
		in.Body, in.TransferEncoding = body, nil
	}
	in.URL.Path = "/" + rest
	(&cgi.Handler{Path: r.cgi, Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=" + account}}).ServeHTTP(w, in)
}

type gitRequest struct{ region, repository, action, user, password string }

// gitPassword is a password that was signed: a time, and a signature.
var gitPassword = regexp.MustCompile(`^(\d{8}T\d{6})Z([0-9a-f]{64})$`)

// admitToGit returns the account of the caller; empty if it is not let in.
func (s *Server) admitToGit(in *http.Request, q gitRequest) (account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &exchange{server: s, http: in, now: s.clock.now(), service: &service{name: "codecommit"}, params: &params{}}
	s.callCount++
	x.call = &Call{Number: s.callCount, Time: x.now, Host: in.Host, UserAgent: in.UserAgent(), Service: "codecommit", Action: q.action, Region: q.region, Params: map[string]string{"Repository": q.repository}}
	s.calls = append(s.calls, x.call)
	who := s.gitCaller(x, q)
	if who == nil || who.account.Partition != partitionOf(q.region) {
		return ""
	}
	x.call.Principal, x.call.Account = who.arn(), who.account.ID
	resource := "arn:" + who.account.Partition + ":codecommit:" + q.region + ":" + who.account.ID + ":" + q.repository
	if x.whyNot(who, x.question(who, "codecommit:"+q.action, resource)) != "" {
		return ""
	}
	return who.account.ID
}

// gitCaller returns who signed a password, or the IAM user whose password it is; nil if it
// is nobody's.
func (s *Server) gitCaller(x *exchange, q gitRequest) *caller {
	id, token, _ := strings.Cut(q.user, "%")
	m := gitPassword.FindStringSubmatch(q.password)
	if m == nil {
		return s.passwordOwner(q.user, q.password, "codecommit.amazonaws.com", x.now)
	}
	at, err := time.Parse("20060102T150405", m[1])
	if age := x.now.Sub(at); err != nil || age > 15*time.Minute || age < -15*time.Minute {
		return nil
	}
	tokens := []string{token}
	if token == "" {
		tokens = nil
	}
	who, secret, refused := s.lookUp(&sigv4.Signature{AccessKeyID: id, Region: q.region, Service: "codecommit"}, tokens, x)
	if refused != nil {
		return nil
	}
	want := sigv4.SignGit(secret, q.region, hostOf(x.http), "/v1/repos/"+q.repository, m[1])
	if subtle.ConstantTimeCompare([]byte(want), []byte(m[2])) != 1 {
		return nil
	}
	x.call.AccessKeyID = id
	return who
}
