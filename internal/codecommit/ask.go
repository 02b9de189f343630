package codecommit

import (
	"context"
	"net/http"
	"time"
)

// patience is how long Git is kept waiting for an answer that only explains.
const patience = 5 * time.Second

// Reply is what a repository said to a login.
type Reply int

// The replies.
const (
	Unknown  Reply = iota // nothing that tells: no network, no such repository
	Accepted              // it may be read
	Refused               // nobody may sign in so, or may not read it
)

// Ask signs in to a repository, named by its path, and asks for its branches as git
// ls-remote does, of which it reads nothing. The client may learn AWS's time by it.
func Ask(ctx context.Context, client *http.Client, h Host, path string, l Login) Reply {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+h.Name+path+"/info/refs?service=git-upload-pack", nil)
	if err != nil {
		return Unknown
	}
	q.SetBasicAuth(l.Username.Reveal(), l.Password.Reveal())
	answer, err := client.Do(q)
	if err != nil {
		return Unknown
	}
	answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return Accepted
	case http.StatusUnauthorized, http.StatusForbidden:
		return Refused
	}
	return Unknown
}
