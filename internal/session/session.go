// Package session keeps temporary AWS credentials between runs: one small
// sealed file a session, found by name and never by listing, and the locks
// and notes that let one process ask a person on behalf of all.
//
// It knows no SDK and no keyring library: package start answers from it
// before main runs.
package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// Session is what STS returned, and what it is for.
type Session struct {
	credential.Credentials
	Subject string    // who and what it is for, wherever it was asked for; opaque here
	Issued  time.Time // when it was stored, UTC
	Booted  int64     // when the machine had started by its clock then; see [answers.Booted]
}

// At is the session by the machine's clock as it is at now. Its times are of the clock
// as it was when AWS gave the session; where that was set back since, because it was
// ahead, the session would else seem to live on after its end.
func (s Session) At(now time.Time) Session {
	if back := answers.SetBack(s.Booted, now); back > 0 {
		by := -time.Duration(back) * time.Second
		s.Expiration, s.Issued, s.Booted = s.Expiration.Add(by), s.Issued.Add(by), s.Booted-back
	}
	return s
}

// Left is the life that remains at now; it is negative in a session that ended.
func (s Session) Left(now time.Time) time.Duration { return s.Expiration.Sub(now) }

// lastMoment of a session is too short for a caller to use it: what the caller signs
// reaches AWS after the end, and is refused as expired.
const lastMoment = time.Second

// HasEnded reports whether the session is of no use any more.
func (s Session) HasEnded(now time.Time) bool { return s.Left(now) <= lastMoment }

// ExpirationFormat is RFC 3339 in UTC with whole seconds, the one form that
// every AWS SDK reads (R3 in the contract of credential_process callers).
const ExpirationFormat = "2006-01-02T15:04:05Z"

// answer is the document that credential_process callers read.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
type answer struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
	AccountID       string `json:"AccountId,omitempty"`
}

// maxAnswer is the smallest buffer a caller has for the answer
// (aws-sdk-go v1's DefaultBufSize).
const maxAnswer = 8 << 10

// Answer is the JSON of credential_process, in one line with its newline.
// A session with an empty field or an answer over 8 KiB is an error: some
// callers would accept it and fail later.
func (s Session) Answer() ([]byte, error) {
	a := answer{
		Version:         1,
		AccessKeyID:     s.AccessKeyID,
		SecretAccessKey: s.SecretAccessKey.Reveal(),
		SessionToken:    s.SessionToken.Reveal(),
		AccountID:       s.AccountID,
	}
	if a.AccessKeyID == "" || a.SecretAccessKey == "" || a.SessionToken == "" || s.Expiration.IsZero() {
		return nil, errors.New("the session is incomplete")
	}
	if year := s.Expiration.UTC().Year(); year < 1 || year > 9999 { // RFC 3339 has no other
		return nil, errors.New("the session has no end that AWS tools can read")
	}
	a.Expiration = s.Expiration.UTC().Format(ExpirationFormat)
	out, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	if len(out) >= maxAnswer {
		return nil, fmt.Errorf("the session is %d bytes long, and AWS tools read at most %d", len(out), maxAnswer)
	}
	return append(out, '\n'), nil
}

// STS is the JSON of aws sts assume-role, in one line with its newline, without the parts
// that are not credentials. A session with an empty field is an error.
func (s Session) STS() ([]byte, error) {
	answer, err := s.Answer()
	if err != nil {
		return nil, err
	}
	var response struct {
		Credentials struct { // as the JSON of the CLI spells them
			AccessKeyID     string `json:"AccessKeyId"`
			SecretAccessKey string
			SessionToken    string
			Expiration      string
		}
	}
	if err := json.Unmarshal(answer, &response.Credentials); err != nil {
		return nil, err
	}
	out, err := json.Marshal(response)
	return append(out, '\n'), err
}

// marshal writes a session as it rests in a sealed file. Times are whole
// seconds, as AWS's are.
func (s Session) marshal() []byte {
	f := fields{}.text(s.AccessKeyID).text(s.SecretAccessKey.Reveal()).text(s.SessionToken.Reveal()).
		text(s.AccountID).time(s.Expiration).time(s.Issued).text(s.Subject)
	if s.Booted != 0 { // it is not known everywhere, and was not stored before
		f = f.int(s.Booted)
	}
	return f
}

func unmarshal(data []byte) (Session, error) {
	r := reader{left: data}
	s := Session{
		Credentials: credential.Credentials{
			AccessKeyID:     r.text(),
			SecretAccessKey: credential.NewSecret(r.text()),
			SessionToken:    credential.NewSecret(r.text()),
			AccountID:       r.text(),
			Expiration:      r.time(),
		},
		Issued:  r.time(),
		Subject: r.text(),
	}
	if len(r.left) > 0 {
		s.Booted = r.int()
		r.bad = r.bad || s.Booted == 0
	}
	return s, r.end()
}
