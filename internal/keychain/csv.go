package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/csvkeys"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// csvSource is the file that the AWS console offers when it makes a key.
type csvSource struct {
	run       *broker.Broker
	from      ImportOptions
	text      []byte
	passwords bool
	broken    int // lines with a part of a key
}

// maxCSV is the size of the largest file that is read, in bytes: far more than the
// file of all users of an account has.
const maxCSV = 4 << 20

func (s *csvSource) find(context.Context) ([]*candidate, error) {
	s.from.Of = fileNamed(s.from.Of)
	shown := s.from.Of
	var err error
	if s.text, err = readUpTo(s.from.Of, maxCSV); err != nil {
		var file *fs.PathError
		if errors.As(err, &file) {
			err = file.Err
		}
		return nil, failure.New(failure.Other, "%s cannot be read: %w", shown, err)
	}
	file, err := csvkeys.Parse(s.text)
	if errors.Is(err, csvkeys.ErrINI) {
		return nil, failure.New(failure.Other, "%s: %w", shown, err).
			Hint("read the keys of profiles with: %s", say.WithVariable("AWS_SHARED_CREDENTIALS_FILE", shown, "awsbroker add --from-profile NAME"))
	}
	if err != nil {
		return nil, failure.New(failure.Other, "%s: %w", shown, err).Hint("a file of access keys has the columns: Access key ID,Secret access key")
	}
	s.passwords = file.Passwords
	for _, skipped := range file.Skipped {
		line := fmt.Sprintf("line %d%s: %s", skipped.Line, ofUser(skipped.User), skipped.Why)
		if skipped.Broken {
			s.broken++
			s.run.Warn("%s", line)
		} else {
			s.run.Report.Step(line)
		}
	}
	var all []*candidate
	for _, row := range file.Rows {
		all = append(all, &candidate{
			where: fmt.Sprintf("line %d%s", row.Line, ofUser(row.User)),
			name:  row.User,
			key:   credential.Credentials{AccessKeyID: row.AccessKeyID, SecretAccessKey: row.SecretAccessKey},
			root:  row.Root,
		})
	}
	if len(all) == 0 {
		return nil, failure.New(failure.Other, "%s: %w", shown, csvkeys.ErrNoKey)
	}
	return all, nil
}

// fileNamed returns the path of a file as people name it: with file:// before it, as
// the AWS CLI wants it, or with a "~" that no shell has replaced, as in --csv=~/x.
func fileNamed(name string) string {
	name = strings.TrimPrefix(name, "file://")
	rest, ok := strings.CutPrefix(name, "~/")
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return name
}

func ofUser(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

func readUpTo(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = errors.New("it is too large")
	}
	return data, err
}

// ask asks nothing: adding keys is what the person asked for, and the file
// stays unless they say otherwise.
func (s *csvSource) ask(context.Context, []*candidate) error { return nil }

// takeOut offers to delete the file. That it stays is no failure.
func (s *csvSource) takeOut(ctx context.Context, _ []*candidate, whole bool) error {
	shown := say.Line(s.from.Of)
	info, err := os.Stat(s.from.Of)
	if err != nil || !info.Mode().IsRegular() {
		return nil // a pipe has ended by itself
	}
	if !whole || s.broken > 0 {
		s.run.Warn("%s was not deleted, because not all its keys are in the keychain; it has secrets in plaintext", shown)
		return nil
	}
	if !s.from.Yes {
		text := shown + " still has in plaintext what is now in the keychain."
		if s.passwords {
			text += "\nIt also has console passwords, and there is no other copy of them."
		}
		text += "\nDeleting may not be complete: SSDs, backups and synchronised folders may keep a copy."
		if err = s.run.Confirm(ctx, text, "Delete it?"); err == nil {
			if err = wipe(s.from.Of, s.text); err == nil {
				s.run.Report.Step(shown + " was deleted")
				return nil
			}
			s.run.Warn("it could not be deleted: %s", err.Error())
		}
	}
	s.run.Warn("%s has secrets in plaintext; delete it when you no longer need it", shown)
	return nil
}

var errOtherContents = errors.New("another program changed the file at the same time")

// wipe overwrites a file that still holds text, and removes it, and the
// symbolic link to it if path is one.
func wipe(path string, text []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(target, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	is, err := io.ReadAll(io.LimitReader(f, maxCSV+1))
	if err != nil {
		return err
	}
	if !bytes.Equal(is, text) {
		return errOtherContents
	}
	if _, err := f.WriteAt(make([]byte, len(text)), 0); err != nil {
		return err
	}
	_ = f.Sync() // best effort
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Remove(target); err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
