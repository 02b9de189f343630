package credserver

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/awsbroker/awsbroker/internal/session"
)

// Source returns the session to give out now. It must not wait: clients give
// up after a second. Its error is shown to the client, so it holds no secrets.
type Source func() (session.Session, error)

// Limits against a client that is slow, or one of many.
const (
	patience       = 5 * time.Second // for the whole of a request or an answer
	maxHeader      = 8 << 10
	maxConnections = 512

	// lastAnswers is how long the server stays for the requests that it has at its end.
	lastAnswers = 200 * time.Millisecond
)

// Serve answers requests until ctx ends. The ones that it has by then get their answer,
// unless that takes a while.
func Serve(ctx context.Context, l net.Listener, e Endpoint, current Source) error {
	s := &http.Server{
		Handler:           Handler(e, current),
		ReadHeaderTimeout: patience,
		ReadTimeout:       patience,
		WriteTimeout:      patience,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // stderr is the command's

		DisableGeneralOptionsHandler: true, // it would answer anybody
	}
	// Clients ask every few minutes: a connection that is kept is one less for
	// the others.
	s.SetKeepAlivesEnabled(false)
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnswers)
		defer cancel()
		if s.Shutdown(last) != nil {
			_ = s.Close()
		}
	})
	err := s.Serve(&limited{Listener: l, closed: ctx.Done()})
	if stop() {
		return err
	}
	<-ended
	return nil
}

// Handler answers the one request there is: GET, the path, the token.
//
// The Host is checked first, because a web page can make a browser send
// requests here under a name of its own (DNS rebinding); then the token, so
// that who does not know it learns nothing about the path.
func Handler(e Endpoint, current Source) http.Handler {
	refuse := func(w http.ResponseWriter, status int, code, message string) {
		if e.Refused != nil {
			e.Refused()
		}
		refuse(w, status, code, message)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !e.hasName(r.Host):
			refuse(w, http.StatusForbidden, "WrongHost", "this server has another name")
		case r.Method != http.MethodGet:
			w.Header().Set("Allow", http.MethodGet)
			refuse(w, http.StatusMethodNotAllowed, "WrongMethod", "only GET is answered")
		case !knows(r.Header["Authorization"], e.Token.Reveal()):
			refuse(w, http.StatusForbidden, "WrongToken", "the authorization token is not the one of this server")
		case r.RequestURI != e.Path:
			refuse(w, http.StatusNotFound, "NotFound", "there is nothing here")
		default:
			answer(w, current)
		}
	})
}

// knows compares in a time that tells nothing about the token.
func knows(headers []string, token string) bool {
	return len(headers) == 1 && subtle.ConstantTimeCompare([]byte(headers[0]), []byte(token)) == 1
}

// credentials is the answer that every SDK reads: the key is Token, not
// SessionToken. Clients that were written for the instance metadata service, of whose
// answers this is a part, also want a Code; minio-js reads its own spelling of the id.
type credentials struct {
	Code            string // "Success"
	AccessKeyID     string `json:"AccessKeyId"`
	MinioKeyID      string `json:"AccessKeyID"`
	SecretAccessKey string
	Token           string
	Expiration      string
	AccountID       string `json:"AccountId,omitempty"`
}

func answer(w http.ResponseWriter, current Source) {
	s, err := current()
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, "NoSession", err.Error())
		return
	}
	reply(w, http.StatusOK, credentials{
		Code:            "Success",
		AccessKeyID:     s.AccessKeyID,
		MinioKeyID:      s.AccessKeyID,
		SecretAccessKey: s.SecretAccessKey.Reveal(),
		Token:           s.SessionToken.Reveal(),
		Expiration:      s.Expiration.UTC().Format(session.ExpirationFormat),
		AccountID:       s.AccountID,
	})
}

// refuse writes an error in both spellings: the Go SDK reads the one, the
// JavaScript SDK the other.
func refuse(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]string{"code": code, "message": message, "Code": code, "Message": message})
}

func reply(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
