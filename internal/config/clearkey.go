package config

import (
	"fmt"

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

// ClearKeys returns the access keys that a profile has in clear, at most one a
// section; the first is the one that AWS's tools use. An id without a secret, or a
// secret without an id, is a [*ParseError].
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
	values, err := s.readValues()
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
			"section [%s] has only one of %s and %s", printable(s.name), clearKeySettings[0], clearKeySettings[1])}
	}
	k = ClearKey{File: s.path, Line: id.Line, Section: s.name}
	k.ID, k.Secret = straightenKey(id.Value, secret.Value)
	for _, key := range []string{"aws_session_token", "aws_security_token"} {
		if o := s.option(key); o != nil && o.rawValue() != "" {
			k.Token = true
		}
	}
	return k, true, nil
}

// straightenKey returns the id and the secret of a key, each in its own place even if
// the file has them swapped: ids are shown to people, secrets never.
func straightenKey(id, secret string) (string, credential.Secret) {
	id, secret = credential.Straighten(id, secret)
	return id, credential.NewSecret(secret)
}

// RemoveClearKeys returns the text of the file path without the lines of the given
// keys. A section whose key is no longer the one that was read stays as it is.
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
