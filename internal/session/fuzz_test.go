package session

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/answers"
)

// FuzzSealed: of all bytes that may be in a sealed file only those that were sealed open,
// as what they are and under their name.
func FuzzSealed(f *testing.F) {
	s, err := newSealer(make([]byte, keySize))
	if err != nil {
		f.Fatal(err)
	}
	plain, nonce := testSession("ASIAEXAMPLE", noon).marshal(), make([]byte, s.aead.NonceSize())
	whole := s.aead.Seal(append([]byte{formatVersion}, nonce...), nonce, plain, associated(kindSession, "name"))
	for _, data := range [][]byte{whole, whole[:len(whole)-1], whole[:13], {formatVersion}, {formatVersion + 1}, nil, append(bytes.Clone(whole), 0)} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opened, err := s.open(kindSession, "name", data)
		if same := bytes.Equal(data, whole); same != (err == nil) || same && !bytes.Equal(opened, plain) {
			t.Errorf("%x opens as %q, %v", data, opened, err)
		}
		if _, err := s.open(kindLookup, "name", data); err == nil {
			t.Errorf("%x is a lookup record", data)
		}
		if _, err := s.open(kindSession, "other", data); err == nil {
			t.Errorf("%x opens under another name", data)
		}
	})
}

// FuzzUnmarshal: fields that are read are written again, and are a session that every
// caller reads, or none.
func FuzzUnmarshal(f *testing.F) {
	one := testSession("ASIAEXAMPLE", noon)
	f.Add(one.marshal())
	one.Booted = 1_700_000_000
	f.Add(one.marshal())
	f.Add(lookup{Session: "name", MinLeft: time.Minute, Files: [4]answers.Stamp{{Dev: 1, Ino: 2, Size: 3, MTime: 4, CTime: 5}}}.marshal())
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := unmarshal(data); err == nil {
			if back, err := unmarshal(s.marshal()); err != nil || !reflect.DeepEqual(back, s) {
				t.Errorf("%+v comes back as %+v, %v", s, back, err)
			}
			checkAnswer(t, s)
		}
		var l, back lookup
		if l.unmarshal(data) == nil && (back.unmarshal(l.marshal()) != nil || back != l) {
			t.Errorf("%+v comes back as %+v", l, back)
		}
	})
}

// checkAnswer reads the answer as callers do.
func checkAnswer(t *testing.T, s Session) {
	t.Helper()
	out, err := s.Answer()
	if err != nil {
		return
	}
	var a struct {
		Version                                                           int
		AccessKeyID, SecretAccessKey, SessionToken, Expiration, AccountID string
	}
	if json.Unmarshal(out, &a) != nil || bytes.Count(out, []byte("\n")) != 1 || len(out) > maxAnswer || a.Version != 1 {
		t.Fatalf("%q is no answer", out)
	}
	for was, is := range map[string]string{s.AccessKeyID: a.AccessKeyID, s.SecretAccessKey.Reveal(): a.SecretAccessKey, s.SessionToken.Reveal(): a.SessionToken} {
		if utf8.ValidString(was) && is != was {
			t.Errorf("%q is answered as %q", was, is)
		}
	}
	if end, err := time.Parse(time.RFC3339, a.Expiration); err != nil || !end.Equal(s.Expiration) {
		t.Errorf("the end %v is answered as %s (%v)", s.Expiration, a.Expiration, err)
	}
}
