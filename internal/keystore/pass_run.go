//go:build !windows

package keystore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/say"
)

// pass runs pass. In a store under git it may sign commits and run hooks, which
// takes as long as a person.
func (p *passStore) pass(ctx context.Context, stdin []byte, args ...string) error {
	limit := p.limit
	if _, err := os.Lstat(filepath.Join(p.dir, ".git")); err == nil {
		limit = p.dialog
	}
	h := p.helper.with("PASSWORD_STORE_DIR", p.dir).
		with("PASSWORD_STORE_GPG_OPTS", strings.Join(append(p.gpgOptions(), quietly), " "))
	r, err := h.run(ctx, limit, stdin, "pass", args...)
	if err != nil {
		return err
	}
	if r.failed {
		return p.writeError(r.status)
	}
	return nil
}

// writeError says why pass did not write.
func (p *passStore) writeError(s gpgStatus) error {
	if reason := s.recipient(); reason != "" {
		return fmt.Errorf("%w: gpg cannot encrypt for the key in %q: %s", ErrMissing, filepath.Join(p.dir, ".gpg-id"), reason)
	}
	if err := unix.Access(p.dir, unix.W_OK); err != nil {
		return unusable(&fs.PathError{Op: "write", Path: p.dir, Err: err})
	}
	return fmt.Errorf("pass failed: %s", s.said)
}

// quietly makes gpg-agent fail where it would ask (gpg(1)).
const quietly = "--pinentry-mode=error"

// gpgOptions are the person's own and ours: no questions on the terminal, no
// looking for keys on the network, and a status that machines can read.
func (p *passStore) gpgOptions() []string {
	return append(strings.Fields(p.helper.variable("PASSWORD_STORE_GPG_OPTS")),
		"--batch", "--no-tty", "--no-auto-key-locate", "--status-fd=2")
}

// decrypt reads an entry. gpg is not allowed to ask at first, so that a hang
// is told from a person who takes their time; then it is, if anybody is there.
func (p *passStore) decrypt(ctx context.Context, path string) ([]byte, error) {
	plain, err := p.decryptOnce(ctx, p.limit, path, quietly)
	if !errors.Is(err, ErrLocked) {
		return plain, err
	}
	terminal := p.terminal()
	if terminal == "" && !hasDesktop(p.helper.variable) {
		how := "run this in a terminal"
		if !strings.Contains(path, scratchEntry) {
			how += ", or unlock it there with: gpg -d " + say.ShellWord(path) + " >/dev/null"
		}
		return nil, fmt.Errorf("%w: gpg needs a passphrase, and there is no terminal or display for its dialog; %s", ErrLocked, how)
	}
	asking := *p
	if terminal != "" {
		asking.helper = p.helper.with("GPG_TTY", terminal)
	}
	return asking.decryptOnce(ctx, p.dialog, path)
}

func (p *passStore) decryptOnce(ctx context.Context, limit time.Duration, path string, options ...string) ([]byte, error) {
	args := append(append(p.gpgOptions(), options...), "-d", "--", path)
	r, err := p.helper.run(ctx, limit, nil, p.gpg, args...)
	if err != nil {
		return nil, err
	}
	if err := r.status.decrypted(); err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return r.stdout, nil
}
