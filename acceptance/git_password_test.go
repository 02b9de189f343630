//go:build linux

package acceptance

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// withPassword is a hub at which phoebe may manage her own Git passwords and use the
// repository demo.
func withPassword(t *testing.T) *hub {
	t.Helper()
	h := newHub(t)
	h.add(h.AWS.Account, "eu-central-1", "demo")
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["codecommit:*","iam:*ServiceSpecificCredential*"],"Resource":"*"}]}`
	if err := h.AWS.User.PutPolicy("git", policy); err != nil {
		t.Fatal(err)
	}
	h.world = h.With("AWS_ENDPOINT_URL_IAM="+h.URL, "AWS_CA_BUNDLE="+h.Path("authority.pem"))
	return h
}

// wantNoGitPassword holds that the encrypted file has no Git password any more.
func wantNoGitPassword(t *testing.T, h *hub) {
	t.Helper()
	if left := h.storedGitPasswords(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func (h *hub) storedGitPasswords() []string {
	files, _ := filepath.Glob(h.Path("home/.local/share/awsbroker/keystore/*git-password*"))
	return files
}

func (h *hub) must(args ...string) string {
	h.t.Helper()
	r := h.Run(args...)
	if r.Code != 0 {
		h.t.Fatalf("%q: %v", args, r)
	}
	return r.Stdout + r.Stderr
}

// TestGitPassword: a Git password of an IAM user goes from AWS to the keychain and from
// there to Git, and nobody sees it. One that was reset is replaced with one question.
func TestGitPassword(t *testing.T) {
	t.Parallel()
	h := withPassword(t)
	h.git("config", "--global", "credential.helper", "store")
	said := h.must("codecommit", "create", "phoebe", "--repository", codeCommit+"demo", "--yes")
	said += h.must("codecommit", "setup", "--key", "phoebe", "--yes")
	h.commit(h.Path("work"))
	traced := h.With("GIT_TRACE=1")
	push := traced.Finish(traced.Command("git", "-C", h.Path("work"), "push", "-q", codeCommit+"demo", "main"))
	if push.Code != 0 {
		t.Fatal(push)
	}
	h.git("clone", "-q", codeCommit+"demo", h.Path("clone"))
	if h.Read(h.Path("clone/file3")) != h.Read(h.Path("work/file3")) {
		t.Error("the clone differs")
	}
	for _, c := range h.AWS.Server.Calls("GitPush") {
		if c.Principal != "" && c.Principal != h.AWS.User.ARN() {
			t.Errorf("pushed as %s", c.Principal)
		}
	}
	said += h.must("codecommit", "list", "phoebe") + push.Stderr
	for _, password := range h.AWS.User.GitPasswords() {
		if strings.Contains(said, password.Password) {
			t.Error("the password was shown")
		}
		wantNoFileWith(t, h.Dir, password.Password)
	}
	if r := h.Run("codecommit", "create", "phoebe", "--yes"); r.Code != 2 || !strings.Contains(r.Stderr, "awsbroker codecommit rotate phoebe") {
		t.Errorf("a second one: %v", r)
	}

	h.AWS.User.ResetGitPasswords()
	if r := h.Finish(h.Command("git", "ls-remote", codeCommit+"demo")); r.Code == 0 ||
		!strings.Contains(r.Stderr, "CodeCommit refused the Git password of phoebe in account 123456789012") || !strings.Contains(r.Stderr, "awsbroker codecommit rotate phoebe") {
		t.Errorf("after a reset: %v", r)
	}
	before := h.AWS.User.GitPasswords()[0].ID
	shell, questions := machine.NewShell(t, h.Path("home"), h.Env, 80), 0
	defer shell.Close()
	shown, status := shell.Run(h.Bin+" codecommit rotate phoebe", func(question string) string {
		questions++
		if strings.HasSuffix(question, "[y/N] ") {
			return "y"
		}
		return h.Code()
	})
	if status != 0 || questions != 1 {
		t.Errorf("%d questions, exit %d: %s", questions, status, shown)
	}
	h.git("ls-remote", codeCommit+"demo")
	if after := h.AWS.User.GitPasswords(); len(after) != 1 || after[0].ID == before {
		t.Errorf("after the rotation: %v", after)
	}
	h.must("codecommit", "delete", h.AWS.User.GitPasswords()[0].ID, "--key", "phoebe", "--yes")
	if r := h.Finish(h.Command("git", "ls-remote", codeCommit+"demo")); r.Code == 0 || !strings.Contains(r.Stderr, "awsbroker codecommit create phoebe") || len(h.AWS.User.GitPasswords()) != 0 {
		t.Errorf("after delete: %v", r)
	}
}

// TestGitPasswordRotationKilled: whenever a rotation is killed, Git can sign in, and the
// next one ends with one password in AWS, which is the one in the keychain.
func TestGitPasswordRotationKilled(t *testing.T) {
	t.Parallel()
	h := withPassword(t)
	h.must("codecommit", "create", "phoebe", "--repository", codeCommit+"demo", "--yes")
	h.must("codecommit", "setup", "--key", "phoebe", "--yes")
	killed := 0
	for calls := 0; calls <= 4; calls++ {
		for _, later := range []time.Duration{0, 10 * time.Millisecond, 40 * time.Millisecond} {
			before := len(h.AWS.Server.Calls(""))
			cmd := h.Command(h.Bin, "codecommit", "rotate", "phoebe", "--yes")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			for waiting := true; waiting; {
				select {
				case <-ended:
					waiting = false
				case <-time.After(time.Millisecond):
					waiting = len(h.AWS.Server.Calls("")) < before+calls
				}
			}
			time.Sleep(later)
			_ = syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
			<-ended
			if cmd.ProcessState.ExitCode() != 0 {
				killed++
			}
			h.git("ls-remote", codeCommit+"demo")
			h.must("codecommit", "rotate", "phoebe", "--yes")
			h.git("ls-remote", codeCommit+"demo")
			if left := h.AWS.User.GitPasswords(); len(left) != 1 {
				t.Fatalf("killed %s after call %d: %d passwords in AWS", later, calls, len(left))
			}
		}
	}
	h.must("uninstall", "--yes", "--keys", "forget")
	wantNoGitPassword(t, h)
	if killed < 5 {
		t.Errorf("only %d runs were killed", killed)
	}
}

// TestGitPasswordHalfKept: a new password of which the keychain kept half, because it was
// killed, is made anew.
func TestGitPasswordHalfKept(t *testing.T) {
	t.Parallel()
	h := withPassword(t)
	h.must("codecommit", "create", "phoebe", "--repository", codeCommit+"demo", "--yes")
	stored := h.storedGitPasswords()
	if len(stored) != 1 {
		t.Fatal(stored)
	}
	h.Write(strings.Replace(stored[0], "git-password", "git-password-next", 1), "")
	h.must("codecommit", "rotate", "phoebe", "--yes")
	if left := h.AWS.User.GitPasswords(); len(left) != 1 {
		t.Errorf("%d passwords in AWS", len(left))
	}
}

// TestGitPasswordQuota: where AWS allows no further password, the person says which goes.
func TestGitPasswordQuota(t *testing.T) {
	t.Parallel()
	h := withPassword(t)
	h.must("codecommit", "create", "phoebe", "--yes")
	china := h.Finish(h.Command("sh", "-c", `printf 'protocol=https\nhost=git-codecommit.cn-north-1.amazonaws.com.cn\npath=v1/repos/demo\n\n' | awsbroker git-credential --key phoebe get`))
	if china.Code != 1 || china.Stdout != "quit=1\n" || !strings.Contains(china.Stderr, "is in partition aws, but git-codecommit.cn-north-1") {
		t.Errorf("another partition gets a password: exit %d: %s", china.Code, china.Stderr)
	}
	first := h.AWS.User.GitPasswords()[0].ID
	h.AWS.User.AddGitPassword(0)
	r := h.Run("codecommit", "rotate", "phoebe", "--repository", codeCommit+"demo", "--yes")
	if r.Code != 1 || !strings.Contains(r.Stderr, "AWS allows no more") || strings.Contains(r.Stderr, first) {
		t.Errorf("two there: %v", r)
	}
	if len(h.AWS.User.GitPasswords()) != 2 {
		t.Error("one was deleted")
	}
	if len(h.storedGitPasswords()) == 0 {
		t.Error("the keychain has no password")
	}
	h.must("remove", "phoebe", "--yes")
	wantNoGitPassword(t, h)
}
