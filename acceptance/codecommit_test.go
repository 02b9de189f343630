//go:build linux

package acceptance

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// hub is CodeCommit's hosts, at the end of a proxy that leads to nowhere else.
type hub struct {
	*world
	repositories *fakeaws.Repositories
}

func newHub(t *testing.T) *hub {
	t.Helper()
	w := newWorld(t)
	if err := w.AWS.Role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	return hubOf(w)
}

// hubOf is the hub of the AWS of a world.
func hubOf(w *world) *hub {
	t := w.t
	t.Helper()
	repositories, err := w.AWS.Server.NewRepositories(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	certificate, authority, err := fakeaws.NewCertificate()
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: repositories}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = server.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*certificate}}))
	}()
	t.Cleanup(func() { server.Close() })
	w.Write(w.Path("authority.pem"), string(authority))
	return &hub{w.With(
		"GIT_SSL_CAINFO="+w.Path("authority.pem"), "HTTPS_PROXY="+newTunnel(t, l.Addr().String()).url, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=phoebe", "GIT_AUTHOR_EMAIL=phoebe@example.com", "GIT_COMMITTER_NAME=phoebe", "GIT_COMMITTER_EMAIL=phoebe@example.com",
	), repositories}
}

func (h *hub) add(account *fakeaws.Account, region, name string) {
	h.t.Helper()
	if _, err := h.repositories.Add(account, region, name); err != nil {
		h.t.Fatal(err)
	}
}

// git runs Git, which has to succeed.
func (h *hub) git(args ...string) machine.Result {
	h.t.Helper()
	r := h.Finish(h.Command("git", args...))
	if r.Code != 0 {
		h.t.Fatalf("git %s: %v", strings.Join(args, " "), r)
	}
	return r
}

// commit makes a repository with a few large files.
func (h *hub) commit(dir string) {
	h.t.Helper()
	h.git("init", "-q", "-b", "main", dir)
	for i := range 4 {
		noise := make([]byte, 3<<20)
		_, _ = rand.Read(noise) // what compresses is pushed in one piece of less than a megabyte
		h.Write(filepath.Join(dir, fmt.Sprint("file", i)), string(noise))
	}
	h.git("-C", dir, "add", ".")
	h.git("-C", dir, "commit", "-q", "-m", "first")
}

// watchArguments notes the arguments of all processes again and again, until the function
// that it returns is called.
func watchArguments(t *testing.T) (end func() (shown string, looks int)) {
	t.Helper()
	stop, done := make(chan struct{}), make(chan struct{})
	all, looks := map[string]bool{}, 0
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, file := range files {
				if line, err := os.ReadFile(file); err == nil && strings.Contains(string(line), "git") {
					all[string(line)] = true
				}
			}
			looks++
		}
	}()
	return func() (string, int) {
		close(stop)
		<-done
		return strings.Join(slices.Collect(maps.Keys(all)), "\n"), looks
	}
}

const codeCommit = "https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/"

// TestGitOverHTTPS: clone, push and fetch with Debian's Git, after codecommit setup, though
// another helper, which stores passwords, is asked first elsewhere. Nothing that is secret
// is left in a file of Git's, or seen in its trace.
func TestGitOverHTTPS(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.add(h.AWS.Account, "eu-central-1", "demo")
	h.git("config", "--global", "credential.helper", "store")
	h.Login("admin")
	if r := h.Run("codecommit", "setup", "admin", "--yes"); r.Code != 0 {
		t.Fatal(r)
	}
	h.commit(h.Path("work"))
	h.git("-C", h.Path("work"), "remote", "add", "origin", codeCommit+"demo")
	traced := h.With("GIT_TRACE=1")
	seen := watchArguments(t)
	push := traced.Finish(traced.Command("git", "-C", h.Path("work"), "push", "-q", "origin", "main"))
	for range 10 { // the helper is there for some milliseconds, which may be between two looks
		h.git("-C", h.Path("work"), "fetch", "-q", "origin")
	}
	if shown, looks := seen(); looks < 3 || !strings.Contains(shown, "git-credential") || strings.Contains(shown, "ASIA") || strings.Contains(shown, "IQoJ") {
		t.Errorf("the list of processes, looked at %d times, has a session in it, or not the helper: %.400q", looks, shown)
	}
	if push.Code != 0 {
		t.Fatal(push)
	}
	h.git("clone", "-q", codeCommit+"demo", h.Path("clone"))
	h.git("-C", h.Path("clone"), "fetch", "-q")
	if h.Read(h.Path("clone/file3")) != h.Read(h.Path("work/file3")) {
		t.Error("the clone differs")
	}
	for _, secret := range []string{"%IQoJ", "AWS4"} {
		if strings.Contains(push.Stderr, secret) {
			t.Errorf("Git's trace shows %s", secret)
		}
	}
	for _, file := range []string{"home/.git-credentials", "home/.gitconfig", "clone/.git/config", "work/.git/config"} {
		text, _ := os.ReadFile(h.Path(file))
		if strings.Contains(string(text), "ASIA") {
			t.Errorf("%s has a key id: %s", file, text)
		}
	}
	h.wantAssumed(1)
	if r := h.Run("log", "--json"); !strings.Contains(r.Stdout, `"command":"git-credential"`) {
		t.Errorf("the log does not know of it: %v", r)
	}

	// Without a session Git asks nobody for a password, and says what to do; at a terminal
	// one code is enough.
	if r := h.Run("logout", "admin"); r.Code != 0 {
		t.Fatal(r)
	}
	if r := h.Finish(h.Command("git", "-C", h.Path("clone"), "fetch")); r.Code == 0 || !strings.Contains(r.Stderr, "awsbroker login --profile admin") || strings.Contains(r.Stderr, "Username") {
		t.Errorf("nobody to ask: %v", r)
	}
	shell := machine.NewShell(t, h.Path("home"), h.Env, 80)
	defer shell.Close()
	shown, status := shell.Run("git -C "+h.Path("clone")+" fetch", func(string) string { return h.Code() })
	if status != 0 || strings.Count(shown, "MFA code of") != 1 {
		t.Errorf("at a terminal: %d: %s", status, shown)
	}

	if r := h.Run("codecommit", "setup", "admin"); r.Code != 0 || !strings.Contains(r.Stderr, "Git already asks awsbroker") {
		t.Errorf("a second time: %v", r)
	}
	// Others get no answer.
	r := h.Finish(h.Command("sh", "-c", `printf 'protocol=https\nhost=git-codecommit.eu-central-1.amazonaws.com.evil.example\npath=v1/repos/demo\n\n' | awsbroker git-credential --profile admin get`))
	if r.Code != 0 || r.Stdout+r.Stderr != "" {
		t.Errorf("a host of somebody else: %v", r)
	}
}

// TestGitOfTwoAccounts: repositories with names of one kind are of one profile, the others
// of another, and neither gets the other's password.
func TestGitOfTwoAccounts(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	other := h.AWS.Server.AddAccount("210987654321")
	role, err := other.AddRole("dev", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+h.AWS.User.ARN()+`"},"Action":"sts:AssumeRole"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if err := role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	if err := h.AWS.User.PutPolicy("assume", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	h.Profile("dev", "phoebe", role.ARN(), h.AWS.Device.Serial, "")
	h.add(h.AWS.Account, "eu-central-1", "shop")
	h.add(other, "eu-central-1", "dev-shop")
	for _, profile := range []string{"admin", "dev"} {
		h.Login(profile)
	}
	for _, args := range [][]string{{"codecommit", "setup", "admin", "--yes"}, {"codecommit", "setup", "dev", "--repository", "dev-*", "--yes"}} {
		if r := h.Run(args...); r.Code != 0 {
			t.Fatal(r)
		}
	}
	h.git("clone", "-q", codeCommit+"shop", h.Path("shop"))
	h.git("clone", "-q", codeCommit+"dev-shop", h.Path("dev-shop"))
	var who []string
	for _, call := range h.AWS.Server.Calls("GitPull") {
		if call.Principal != "" {
			who = append(who, call.Account+" "+call.Params["Repository"])
		}
	}
	if all := strings.Join(who, ", "); !strings.Contains(all, "123456789012 shop") || !strings.Contains(all, "210987654321 dev-shop") || strings.Contains(all, "123456789012 dev-shop") {
		t.Errorf("%s", all)
	}
}

// TestGitRefused: whom CodeCommit refused is said, with the status 403 that Git takes for
// final and tells no helper. A session that was there is signed with by AWS's clock.
func TestGitRefused(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.add(h.AWS.Account, "eu-central-1", "demo")
	if r := h.Run("codecommit", "setup", "admin", "--yes"); r.Code != 0 {
		t.Fatal(r)
	}
	h.AWS.Server.Advance(20 * time.Minute)
	online := h.With("AWS_CA_BUNDLE=" + h.Path("authority.pem"))
	online.Login("admin")
	if r := online.Finish(online.Command("git", "ls-remote", codeCommit+"demo")); r.Code != 0 {
		t.Errorf("by AWS's clock: %v", r)
	}
	if err := h.AWS.Role.PutPolicy("none", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"codecommit:*","Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	const says = "CodeCommit refused the session of profile admin (admin-mfa in account 123456789012) for /v1/repos/demo"
	if r := online.Finish(online.Command("git", "ls-remote", codeCommit+"demo")); r.Code == 0 || !strings.Contains(r.Stderr, says) {
		t.Errorf("refused: %v", r)
	}
}

// TestFromRootToAPushedCommit: a new account of which a person has the root key, bootstrap,
// codecommit setup, push.
func TestFromRootToAPushedCommit(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	if code, screen := f.bootstrap(never); code != 0 {
		t.Fatalf("exit %d:\n%s", code, screen)
	}
	h := hubOf(f.world)
	h.add(f.account, "eu-central-1", "guide")
	if r := h.Run("codecommit", "setup", "--yes"); r.Code != 0 {
		t.Fatal(r)
	}
	h.commit(h.Path("guide"))
	h.git("-C", h.Path("guide"), "push", "-q", codeCommit+"guide", "main")
	h.git("clone", "-q", codeCommit+"guide", h.Path("again"))
	if h.Read(h.Path("again/file1")) != h.Read(h.Path("guide/file1")) {
		t.Error("the clone differs")
	}
	if keys := f.account.State().Root.Keys; len(keys) != 0 {
		t.Errorf("root has keys: %v", keys)
	}
}
