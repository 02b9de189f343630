package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// linkLife is how long a link on this machine waits for a browser.
const linkLife = 60 * time.Second

// slowness is how long a browser may take before the person is told what is waited for.
const slowness = 5 * time.Second

// handover leads one browser on this machine to a secret link, once. What others see in
// the list of processes, in the browser's history and in its crash reports is the
// address of the handover, which is worth nothing afterwards.
type handover struct {
	listener net.Listener
	path     string
	link     credential.Secret
	slow     time.Duration
	wait     func() // is called once, if the browser has not come after slow

	mu    sync.Mutex
	taken bool
	done  chan struct{} // is closed once the browser has the link
}

// newHandover listens on the loopback interface for the browser.
func newHandover(link credential.Secret) (*handover, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &handover{listener: l, path: "/" + rand.Text(), link: link, slow: slowness, done: make(chan struct{})}, nil
}

// URL returns the address for the browser.
func (h *handover) URL() string { return "http://" + h.listener.Addr().String() + h.path }

// errNotFetched means that no browser came.
var errNotFetched = errors.New("no browser opened the link")

// serve waits until the browser has the link. A browser that ends with an error before
// ends the wait; one that ends without may have handed the link on.
func (h *handover) serve(ctx context.Context, life time.Duration, browser <-chan error) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	ended := make(chan struct{})
	go func() { // ends with the server
		defer close(ended)
		_ = server.Serve(h.listener)
	}()
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second) // the answer is on its way
		defer cancel()
		_ = server.Shutdown(ctx)
		_ = server.Close()
		<-ended
	}()
	timer, slow := time.NewTimer(life), time.NewTimer(h.slow)
	defer timer.Stop()
	defer slow.Stop()
	for {
		select {
		case <-h.done:
			return nil
		case <-slow.C:
			h.wait()
		case <-timer.C:
			return errNotFetched
		case <-ctx.Done():
			return ctx.Err()
		case err := <-browser:
			if err != nil && !h.isTaken() {
				return err
			}
			browser = nil
		}
	}
}

// ServeHTTP answers the one request that is for it. Nothing is kept, nothing is told to
// the page that follows, and a request to a name that was made to point here (DNS
// rebinding), of another user of this machine, or made before the person follows the
// link (prefetching) gets nothing.
func (h *handover) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Connection", "close")
	switch {
	case r.Host != h.listener.Addr().String():
		http.Error(w, "wrong host", http.StatusMisdirectedRequest)
	case subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(h.path)) != 1:
		http.NotFound(w, r)
	case r.Method != http.MethodGet, strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch"):
		http.Error(w, "this link works only in a browser", http.StatusMethodNotAllowed)
	case isForeign(r.RemoteAddr, h.listener.Addr().String()):
		http.Error(w, "this link is for another user", http.StatusForbidden)
	case !h.take():
		http.Error(w, "This link has been used. Run again: awsbroker console", http.StatusGone)
	default:
		http.Redirect(w, r, h.link.Reveal(), http.StatusSeeOther)
		close(h.done)
	}
}

func (h *handover) isTaken() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.taken
}

// take reports whether the link is still to be had, and ends that.
func (h *handover) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.taken
	h.taken = true
	return !was
}
