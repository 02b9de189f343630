//go:build !windows

package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// world is a fake AWS, the binaries, and homes of several sizes.
type world struct {
	dir, broker, hello string
	aws                *fakeaws.Standard
	endpoint           string
	bus                net.Listener
}

const (
	manyProfiles = 5000
	manySessions = 500
	crowd        = 64
	rounds       = 400
)

func newWorld(dir string) (*world, error) {
	w := &world{dir: dir, broker: filepath.Join(dir, "awsbroker"), hello: filepath.Join(dir, "hello")}
	source := filepath.Join(dir, "hello.go")
	text := "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"hello\\n\") }\n"
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		return nil, err
	}
	for _, b := range [][]string{{w.broker, "./cmd/awsbroker"}, {w.hello, source}} {
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b[0], b[1])
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building %s: %w\n%s", b[1], err, out)
		}
	}
	w.aws = fakeaws.NewStandard()
	var err error
	if w.endpoint, err = w.aws.Server.Start(); err != nil {
		return nil, err
	}
	return w, w.openBus()
}

// openBus is a socket that looks like a session bus: whoever connects waits.
func (w *world) openBus() (err error) {
	w.bus, err = net.Listen("unix", filepath.Join(w.dir, "bus"))
	return err
}

func (w *world) close() {
	w.bus.Close()
	w.aws.Server.Close()
}

// home is a person's home directory with a profile admin and a cached session.
func (w *world) home(name string, extra func(home string, config *bytes.Buffer) error) ([]string, error) {
	home := filepath.Join(w.dir, name)
	var config bytes.Buffer
	fmt.Fprintf(&config, "[profile admin]\nregion = eu-central-1\ncredential_process = %s credential-process --profile admin\n", w.broker)
	fmt.Fprintf(&config, "awsbroker_key = phoebe\nawsbroker_role_arn = %s\nawsbroker_mfa_serial = %s\n", w.aws.Role.ARN(), w.aws.Device.Serial)
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		return nil, err
	}
	if extra != nil {
		if err := extra(home, &config); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), config.Bytes(), 0o600); err != nil {
		return nil, err
	}
	environ := []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "AWS_ENDPOINT_URL_STS=" + w.endpoint, "AWSBROKER_FILE_PASSPHRASE=correct horse battery"}
	if err := w.run(append(environ, "AWS_ACCESS_KEY_ID="+w.aws.Key.ID, "AWS_SECRET_ACCESS_KEY="+w.aws.Key.Secret),
		"add", "phoebe", "--from-env", "--keystore", "file"); err != nil {
		return nil, err
	}
	return environ, nil
}

// warm gets the session, and waits until the files have rested long enough to
// be answered for without being read.
func (w *world) warm(environ []string) error {
	if err := w.run(environ, "login", "--profile", "admin", "--mfa-code", w.code()); err != nil {
		return err
	}
	time.Sleep(2100 * time.Millisecond)
	return w.run(environ, "credential-process", "--profile", "admin")
}

func (w *world) code() string {
	w.aws.Device.RunAhead()
	code, _ := w.aws.Device.FreshCode()
	return code
}

func (w *world) run(environ []string, args ...string) error {
	cmd := exec.Command(w.broker, args...)
	cmd.Env = environ
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("awsbroker %v: %w\n%s", args, err, out)
	}
	return nil
}

func (w *world) pairs() ([]pair, error) {
	small, err := w.home("small", nil)
	if err != nil {
		return nil, err
	}
	big, err := w.home("big", manyMoreProfiles)
	if err != nil {
		return nil, err
	}
	full, err := w.home("full", manyMoreSessions)
	if err != nil {
		return nil, err
	}
	for _, environ := range [][]string{small, big, full} {
		if err := w.warm(environ); err != nil {
			return nil, err
		}
	}
	cached := func(environ []string) func() error {
		return process(environ, w.broker, "credential-process", "--profile", "admin")
	}
	withBus := append(slices.Clone(small), "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(w.dir, "bus"))
	noLog := append(slices.Clone(small), "AWSBROKER_LOG=off")
	hello := process(small, w.hello)
	return []pair{
		{"cached credential-process", "hello world in Go", "at most 2.0", cached(small), hello, rounds},
		{"the same with a D-Bus session", "hello world in Go", "at most 2.0", cached(withBus), hello, rounds},
		{"the same", "with the log off", "at most 1.1", cached(small), cached(noLog), 2 * rounds},
		{fmt.Sprintf("the same with %d profiles", manyProfiles), "with one", "at most 1.2", cached(big), cached(small), rounds},
		{fmt.Sprintf("the same with %d sessions", manySessions), "with one", "at most 1.2", cached(full), cached(small), rounds},
		{fmt.Sprintf("completion with %d profiles", manyProfiles), "with one", "", process(big, w.broker, "__complete", "exec", "--profile", ""), process(small, w.broker, "__complete", "exec", "--profile", ""), rounds / 8},
		{"exec of true", "true", "", process(small, w.broker, "exec", "--profile", "admin", "--", "/bin/true"), process(small, "/bin/true"), rounds / 4},
		{"exec of true", "hello world in Go", "", process(small, w.broker, "exec", "--profile", "admin", "--", "/bin/true"), hello, rounds / 4},
	}, nil
}

func manyMoreProfiles(_ string, config *bytes.Buffer) error {
	for i := range manyProfiles - 1 {
		fmt.Fprintf(config, "\n[profile other-%d]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/other-%d\nsource_profile = admin\n", i, i)
	}
	return nil
}

// manyMoreSessions leaves as many files in the session directory as that many
// sessions would. What is in them does not matter: nothing opens them.
func manyMoreSessions(home string, _ *bytes.Buffer) error {
	dir := filepath.Join(home, ".cache", "awsbroker", "sessions")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ends := time.Now().Add(time.Hour)
	for i := range 2 * manySessions { // a session and a lookup record each
		path := filepath.Join(dir, fmt.Sprintf("%040x.sealed", i))
		if err := os.WriteFile(path, make([]byte, 1024), 0o600); err != nil {
			return err
		}
		if err := os.Chtimes(path, ends, ends); err != nil {
			return err
		}
	}
	return nil
}

// coldCrowd lets many callers ask at once, with a command that knows the code.
func (w *world) coldCrowd() (time.Duration, error) {
	code := w.code()
	environ, err := w.home("cold", func(_ string, config *bytes.Buffer) error {
		_, err := fmt.Fprintf(config, "awsbroker_mfa_process = echo %s\n", code)
		return err
	})
	if err != nil {
		return 0, err
	}
	w.aws.Server.ResetCalls()
	var wg sync.WaitGroup
	errs := make(chan error, crowd)
	started := time.Now()
	for range crowd {
		wg.Go(func() { errs <- w.run(environ, "credential-process", "--profile", "admin") })
	}
	wg.Wait()
	took := time.Since(started)
	close(errs)
	for err := range errs {
		if err != nil {
			return 0, err
		}
	}
	if n := len(w.aws.Server.Calls("AssumeRole")); n != 1 {
		return 0, fmt.Errorf("%d callers made %d AssumeRole calls", crowd, n)
	}
	return took, nil
}
