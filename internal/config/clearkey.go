package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// ClearKey is an access key that a profile has in clear.
type ClearKey struct {
	Profile string
	File    string
	Line    int    // of the id
	Section string // as between the brackets
	ID      string // to be shown with [credential.ShowID]
	Secret  credential.Secret
	Token   bool // a session token is with it, so it ends by itself
}

// clearKeySettings are the lines that make a ClearKey.
var clearKeySettings = []string{"aws_access_key_id", "aws_secret_access_key"}

// ClearKeys returns the access keys that a profile has in clear, the one that
// AWS's tools use first: at most one a section. An id without its secret, or
// a secret without its id, is a *ParseError.
func (c *Config) ClearKeys(profile string) ([]ClearKey, error) {
	e := c.entry(profile)
	if e == nil {
		return nil, nil
	}
	var keys []ClearKey
	for _, s := range e.sections() {
		k, ok, err := s.clearKey()
		if err != nil {
			return nil, err
		}
		if ok {
			k.Profile = profile
			keys = append(keys, k)
		}
	}
	return keys, nil
}

func (s *section) clearKey() (k ClearKey, ok bool, err error) {
	if s.option(clearKeySettings[0]) == nil && s.option(clearKeySettings[1]) == nil {
		return k, false, nil
	}
	values, err := s.values()
	if err != nil {
		return k, false, err
	}
	id, hasID, err := s.lookup(values, clearKeySettings[0])
	if err != nil {
		return k, false, err
	}
	secret, hasSecret, err := s.lookup(values, clearKeySettings[1])
	if err != nil {
		return k, false, err
	}
	if !hasID && !hasSecret {
		return k, false, nil
	}
	if !hasID || !hasSecret {
		return k, false, &ParseError{Path: s.path, Line: max(id.Line, secret.Line), Problem: fmt.Sprintf(
			"section [%s] has one of %s and %s, and not the other", printable(s.name), clearKeySettings[0], clearKeySettings[1])}
	}
	k = ClearKey{File: s.path, Line: id.Line, Section: s.name}
	k.ID, k.Secret = straighten(id.Value, secret.Value)
	for _, key := range []string{"aws_session_token", "aws_security_token"} {
		if o := s.option(key); o != nil && o.rawValue() != "" {
			k.Token = true
		}
	}
	return k, true, nil
}

// straighten puts id and secret each in its place, if they were swapped in the
// file: what is called the id is shown to people.
func straighten(id, secret string) (string, credential.Secret) {
	id, secret = credential.Straighten(id, secret)
	return id, credential.NewSecret(secret)
}

// RemoveClearKeys returns the text of the file path without the lines of the
// keys that are in it. What a section has got instead, since the key was read,
// stays.
func RemoveClearKeys(path string, text []byte, keys []ClearKey) ([]byte, error) {
	doc, err := readDocument(path, string(text))
	if err != nil {
		return nil, err
	}
	for _, s := range doc.sections() {
		is, ok, err := s.clearKey()
		if err != nil || !ok {
			continue // not a key that was read
		}
		for _, k := range keys {
			if k.File != path || k.Section != s.name || k.ID != is.ID || k.Secret != is.Secret {
				continue
			}
			if text, err = RemoveKeys(text, s.name, clearKeySettings); err != nil {
				return nil, err
			}
		}
	}
	return text, nil
}

// CheckWritable says why WriteFile would not replace the file, as far as that
// can be known beforehand. It changes nothing.
func CheckWritable(path string) error {
	target, err := followLinks(path)
	if err != nil {
		return err
	}
	info, err := writable(target)
	if err != nil {
		return err
	}
	temp, err := writeTemp(target, info, nil)
	if errors.Is(err, errOwner) {
		return nil // written in place
	}
	if err != nil {
		return cannotWrite(target, err)
	}
	return os.Remove(temp)
}

// RemoveLeftovers removes the copies of a file that a WriteFile which was
// killed left beside it, if the secret is in them. A copy that may be needed to
// put the file together again is an error that names it.
func RemoveLeftovers(path string, secret credential.Secret) error {
	target, err := followLinks(path)
	if err != nil {
		return err
	}
	holds := func(path string) bool {
		data, err := os.ReadFile(path)
		return err == nil && bytes.Contains(data, []byte(secret.Reveal()))
	}
	if backup := target + backupSuffix; holds(backup) {
		return fmt.Errorf("an earlier edit was interrupted, and the copy it left still has the secret in clear: %q", backup)
	}
	dir, prefix := filepath.Dir(target), "."+filepath.Base(target)+tempInfix
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := filepath.Join(dir, e.Name()); strings.HasPrefix(e.Name(), prefix) && holds(name) {
			err = errors.Join(err, os.Remove(name))
		}
	}
	return err
}

// Leftovers names the copies that a WriteFile which was killed left beside a
// file: ones that were never put in place, and one that was made before the
// file was overwritten, which may be needed to put it together again.
func Leftovers(path string) (unused []string, backup string) {
	target, err := followLinks(path)
	if err != nil {
		return nil, ""
	}
	if info, err := os.Lstat(target + backupSuffix); err == nil && info.Mode().IsRegular() {
		backup = target + backupSuffix
	}
	entries, _ := os.ReadDir(filepath.Dir(target))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+filepath.Base(target)+tempInfix) {
			unused = append(unused, filepath.Join(filepath.Dir(target), e.Name()))
		}
	}
	return unused, backup
}

// Names that WriteFile gives to copies.
const (
	tempInfix    = ".awsbroker-"
	backupSuffix = ".awsbroker-backup"
)
