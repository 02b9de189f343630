package session

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func testSession(id string, expires time.Time) Session {
	return Session{
		Credentials: credential.Credentials{
			AccessKeyID:     id,
			SecretAccessKey: credential.NewSecret("canary/secret"),
			SessionToken:    credential.NewSecret("canary/token=="),
			Expiration:      expires,
			AccountID:       "123456789012",
		},
		Subject: "phoebe as admin",
		Issued:  noon,
	}
}

func TestAnswer(t *testing.T) {
	s := testSession("ASIAEXAMPLE", time.Date(2026, 11, 21, 14, 0, 0, 999, time.FixedZone("CET", 3600)))
	out, err := s.Answer()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"canary/secret","SessionToken":"canary/token==","Expiration":"2026-11-21T13:00:00Z","AccountId":"123456789012"}` + "\n"
	if string(out) != want {
		t.Errorf("got  %s\nwant %s", out, want)
	}
	s.AccountID = ""
	if out, _ := s.Answer(); strings.Contains(string(out), "AccountId") {
		t.Error("an empty field is written")
	}
}

func TestAnswerRefusesWhatCallersWouldChokeOn(t *testing.T) {
	whole := testSession("ASIAEXAMPLE", noon)
	for name, spoil := range map[string]func(*Session){
		"no id":         func(s *Session) { s.AccessKeyID = "" },
		"no secret":     func(s *Session) { s.SecretAccessKey = credential.Secret{} },
		"no token":      func(s *Session) { s.SessionToken = credential.Secret{} },
		"no expiration": func(s *Session) { s.Expiration = time.Time{} },
		"no such year":  func(s *Session) { s.Expiration = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"over 8 KiB":    func(s *Session) { s.SessionToken = credential.NewSecret(strings.Repeat("x", 8<<10)) },
	} {
		s := whole
		spoil(&s)
		if out, err := s.Answer(); err == nil {
			t.Errorf("%s: answered with %d bytes", name, len(out))
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error shows a secret", name)
		}
	}
}

func TestSessionSurvivesStorage(t *testing.T) {
	s := testSession("ASIAEXAMPLE", noon.Add(time.Hour))
	data := s.marshal()
	for n := range data {
		if _, err := unmarshal(data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for a session", n, len(data))
		}
	}
	if _, err := unmarshal(append(data, 0)); err == nil {
		t.Error("a session with more behind it is taken")
	}
	back, err := unmarshal(data)
	if err != nil || back != s {
		t.Errorf("got %+v, %v", back, err)
	}
	if plain, _ := json.Marshal(s); strings.Contains(string(plain), "canary") {
		t.Error("plain JSON of a session shows its secrets")
	}
}
