package socket

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// TestAnswerCrossesClocks: a session lives as long there as here, whatever the time is there,
// and a failure keeps its words and its exit code.
func TestAnswerCrossesClocks(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 123456789, time.UTC)
	s := session.Session{Credentials: credential.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: credential.NewSecret("secret"), SessionToken: credential.NewSecret("token"),
		AccountID: "123456789012", Expiration: now.Truncate(time.Second).Add(time.Hour),
	}}
	for _, there := range []time.Time{now, now.Add(-5 * time.Hour)} {
		got, err := cross(t, answer(s, nil, now)).session(there)
		if err != nil || got.AccessKeyID != "ASIAEXAMPLE" || got.SessionToken.Reveal() != "token" || got.SecretAccessKey.Reveal() != "secret" {
			t.Fatal(got, err)
		}
		if want := s.Expiration.Add(there.Sub(now)); !got.Expiration.Equal(want) {
			t.Errorf("it ends at %s there, want %s", got.Expiration, want)
		}
	}
	_, err := cross(t, answer(session.Session{}, failure.New(failure.Refused, "no").Hint("do this"), now)).session(now)
	var f *failure.Error
	if !errors.As(err, &f) || f.Reason != failure.Refused || f.Message != "no" || f.FirstHint() != "where the server runs: do this" {
		t.Errorf("%v", err)
	}
	_, err = cross(t, answer(session.Session{}, failure.New(failure.Usage, "which profile?"), now)).session(now)
	if !errors.As(err, &f) || f.Reason != failure.Other || !strings.HasPrefix(f.FirstHint(), "where the server runs: ") {
		t.Errorf("what is wrong at the server is taken for a wrong command line here: %v", err)
	}
}

// cross writes a line and reads it again.
func cross(t *testing.T, r reply) (got reply) {
	t.Helper()
	data, err := json.Marshal(r)
	if err == nil {
		err = receive(bufio.NewReader(bytes.NewReader(append(data, '\n'))), &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// FuzzReply: no line of a server is a session without a key, or an error without words.
func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"waiting":true}` + "\n"))
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"access_key_id":"ASIA","milliseconds_left":9223372036854775807}` + "\n"))
	f.Add([]byte(`{"access_key_id":"ASIAEXAMPLE","secret_access_key":"x\nAWS_PROFILE=evil","session_token":"t","milliseconds_left":1000}` + "\n"))
	f.Add([]byte(`{"access_key_id":"ASIAEXAMPLE","secret_access_key":"x","session_token":"t","milliseconds_left":1000}` + "\n"))
	f.Add([]byte(`{"error":"\u001b[2J","hint":"x","reason":-7}` + "\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		var r reply
		if receive(bufio.NewReaderSize(bytes.NewReader(line), maxLine), &r) != nil || r.Waiting {
			return
		}
		switch s, err := r.session(time.Now()); {
		case err == nil && (!credential.IsGraphic(s.AccessKeyID) || !credential.IsGraphic(s.SecretAccessKey.Reveal()) || !s.Temporary() || !credential.IsGraphic(s.SessionToken.Reveal())):
			t.Errorf("a session without a key, or with a line break: %+v", s)
		case err == nil && (s.Left(time.Now()) <= -time.Second || s.Left(time.Now()) > longest+time.Second):
			t.Errorf("a session that ends at %s", s.Expiration)
		case err != nil && (err.Error() == "" || strings.ContainsFunc(err.Error(), unicode.IsControl)):
			t.Errorf("%q", err)
		}
	})
}

// FuzzMe: whatever a client says of itself, the text about it fits a line and acts on no
// terminal, and an agent that it names is one.
func FuzzMe(f *testing.F) {
	f.Add(`{"program":"aws","host":"devbox","agent":"claude","pid":1}`)
	f.Add(`{"program":"\u202e","host":"a, through you"}`)
	f.Fuzz(func(t *testing.T, line string) {
		var me Me
		if json.Unmarshal([]byte(line), &me) != nil {
			return
		}
		who := identify(peer{}, me, caller.Agent{})
		if text := prompt.Describe(who); len(text) > 2000 || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(text, "\u202e") {
			t.Errorf("%q", text)
		}
		if strings.TrimSpace(me.Agent) != "" && who.Agent == (caller.Agent{}) {
			t.Errorf("%q is no agent", me.Agent)
		}
	})
}
