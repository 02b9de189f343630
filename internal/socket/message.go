package socket

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"net"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// A client sends one line and reads lines until one has the session or says why there is
// none. Both sides are JSON, one object a line.

// version of the lines. A server refuses a newer client than itself, with its reason.
const version = 1

// Me is what a client says of itself. A server shows it as that, and never decides for
// more because of it.
type Me struct {
	Version int    `json:"version"`
	PID     int    `json:"pid,omitempty"`     // of the client there
	Program string `json:"program,omitempty"` // that runs the client
	Host    string `json:"host,omitempty"`    // that it runs on
	Job     int    `json:"job,omitempty"`     // its process group there
	Agent   string `json:"agent,omitempty"`   // coding agent that it works for
}

// reply is a line of the server.
type reply struct {
	Waiting bool   `json:"waiting,omitempty"` // a person is asked, and the server lives
	Error   string `json:"error,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Reason  int    `json:"reason,omitempty"` // a failure.Reason, for the exit code

	AccessKeyID string `json:"access_key_id,omitempty"`
	Secret      string `json:"secret_access_key,omitempty"`
	Token       string `json:"session_token,omitempty"`
	Account     string `json:"account,omitempty"`
	Left        int64  `json:"milliseconds_left,omitempty"` // and not when it ends: the clocks may differ
}

const (
	maxLine   = 16 << 10         // bytes; a session token has two thousand
	beat      = 2 * time.Second  // a waiting client hears that often that its server lives
	silence   = 10 * time.Second // after which a client takes its server for dead
	toConnect = 5 * time.Second
	toSay     = 5 * time.Second // for a line: it is short, and there at once
	longest   = 48 * time.Hour  // that a session lives: AWS gives 36 hours at most
)

// answer returns the line that has a session, or why there is none.
func answer(s session.Session, err error, now time.Time) reply {
	if err != nil {
		var f *failure.Error
		if !errors.As(err, &f) {
			f = failure.New(failure.Other, "%w", err)
		}
		return reply{Error: f.Message, Hint: f.FirstHint(), Reason: int(f.Reason)}
	}
	return reply{
		AccessKeyID: s.AccessKeyID, Secret: s.SecretAccessKey.Reveal(), Token: s.SessionToken.Reveal(),
		Account: s.AccountID, Left: s.Left(now).Milliseconds(),
	}
}

// session returns what the line has, by the clock of this machine.
func (r reply) session(now time.Time) (session.Session, error) {
	if r.Error == "" && r.AccessKeyID == "" {
		return session.Session{}, failure.New(failure.Other, "the server gave no session and no reason: %w", errStrange)
	}
	if r.Error != "" {
		return session.Session{}, r.failure()
	}
	left := time.Duration(r.Left) * time.Millisecond
	if !credential.IsGraphic(r.AccessKeyID) || !credential.IsGraphic(r.Secret) || !credential.IsGraphic(r.Token) || r.Left <= 0 || r.Left > longest.Milliseconds() {
		return session.Session{}, failure.New(failure.Other, "the server's session is not complete: %w", errStrange)
	}
	return session.Session{
		Credentials: credential.Credentials{
			AccessKeyID: r.AccessKeyID, SecretAccessKey: credential.NewSecret(r.Secret), SessionToken: credential.NewSecret(r.Token),
			AccountID: r.Account, Expiration: now.Add(left).Round(time.Second),
		},
		Issued: now,
	}, nil
}

// failure returns why there is none. What is wrong with a command line or a profile is wrong
// where the server runs, and not with what was typed here.
func (r reply) failure() error {
	reason, hint := failure.Reason(r.Reason), r.Hint
	if reason == failure.Usage {
		reason = failure.Other
		hint = cmp.Or(hint, "end the server and start it again, which says what is wrong")
	}
	f := failure.New(reason, "%s", r.Error)
	if hint != "" {
		f.Hint("where the server runs: %s", hint)
	}
	return f
}

// errStrange means that no awsbroker is on the other side.
var errStrange = errors.New("the program there is not awsbroker")

// send writes a line.
func send(c net.Conn, line any) error {
	data, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_ = c.SetWriteDeadline(time.Now().Add(toSay))
	_, err = c.Write(append(data, '\n'))
	return err
}

// receive reads a line into v.
func receive(r *bufio.Reader, v any) error {
	data, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return errStrange
	}
	if err != nil {
		return err
	}
	if json.Unmarshal(data, v) != nil {
		return errStrange
	}
	return nil
}
