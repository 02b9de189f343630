package fakeaws

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxBody is far beyond any STS request and enough for a Terraform state.
const maxBody = 32 << 20

// Server is the whole of the faked AWS. It is an http.Handler; Start makes it
// listen. All its methods, and those of what it holds, may be called at any
// time from any goroutine.
type Server struct {
	mu              sync.Mutex
	clock           clock
	maxSkew         time.Duration
	sessionLife     time.Duration
	lag             Lag
	pageSize        int  // of IAM's lists; 0 is as asked for
	endWithKeys     bool // sessions end with the key that bought them
	anyIAMRegion    bool
	services        []*service
	accounts        map[string]*Account
	keys            map[string]*AccessKey
	sessions        map[string]*session
	disabledRegions map[string]bool
	calls           []*Call
	callCount       int
	faults          []*armedFault
	logKey          []byte
	buckets         map[string]*bucket
	signInTokens    map[string]*consoleSession
	consoleSessions map[string]*consoleSession // by cookie
	standard        *Standard                  // what the control API works on; nil without one

	control  *http.ServeMux
	url      string
	listener net.Listener
	http     *http.Server
	cert     *tls.Certificate
	closed   chan struct{}
	closing  sync.Once
}

// New makes a server without any account.
func New() *Server {
	s := &Server{
		maxSkew:         15 * time.Minute,
		services:        queryServices(),
		accounts:        map[string]*Account{},
		keys:            map[string]*AccessKey{},
		sessions:        map[string]*session{},
		disabledRegions: map[string]bool{},
		buckets:         map[string]*bucket{},
		signInTokens:    map[string]*consoleSession{},
		consoleSessions: map[string]*consoleSession{},
		logKey:          randomBytes(32),
		closed:          make(chan struct{}),
	}
	s.control = s.controlMux()
	return s
}

// SetSessionLife makes sessions issued from now on end after d, whatever
// duration was asked for; the request is validated all the same. Zero goes
// back to what was asked for.
func (s *Server) SetSessionLife(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessionLife = d
}

// SetMaxSkew sets by how much a client's clock may differ: 15 minutes unless
// set. Services of AWS that allow 5 have been seen.
func (s *Server) SetMaxSkew(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxSkew = d
}

// exchange is one request on its way through the server.
type exchange struct {
	server  *Server
	http    *http.Request
	body    []byte
	params  *params
	service *service
	now     time.Time
	call    *Call

	policyARN string // iam:PolicyARN
}

// ServeHTTP answers the AWS services and, under /_fake/, the control API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.control.ServeHTTP(w, r)
		return
	}
	x := s.begin(r)
	if fault := s.takeFault("", true); fault != nil {
		s.inject(x, fault, w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.note(x, &apiError{http.StatusBadRequest, "RequestAborted", err.Error()})
		panic(http.ErrAbortHandler)
	}
	x.body = body
	handle, refused := s.resolve(x)
	fault := s.takeFault(x.call.Action, false)
	if fault != nil && s.inject(x, fault, w) {
		return
	}
	reply := s.process(x, handle, refused)
	if fault != nil {
		s.spoil(x, fault, reply, w)
	}
	s.write(w, x, reply)
}

// begin opens the call's entry in the log.
func (s *Server) begin(r *http.Request) *exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callCount++
	x := &exchange{server: s, http: r, now: s.clock.now()}
	x.call = &Call{Number: s.callCount, Time: x.now, RequestID: newRequestID(), Host: r.Host, UserAgent: r.UserAgent()}
	s.calls = append(s.calls, x.call)
	return x
}

// resolve finds out what is asked for, and of which service.
func (s *Server) resolve(x *exchange) (handler, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if isS3(x.http) {
		return s.resolveS3(x)
	}
	if isWebsite(x.http) {
		return s.resolveWebsite(x)
	}
	if isJSON(x.http) {
		return s.resolveJSON(x)
	}
	p, err := parseParams(x.http, x.body)
	x.params = p
	handle, unknown := s.resolveQuery(x)
	s.noteParams(x.call, p)
	if err != nil {
		return nil, err
	}
	return handle, unknown
}

// process authenticates the caller and does what was asked, as one step that
// no other request can come between.
func (s *Server) process(x *exchange, handle handler, refused *apiError) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.now = s.clock.now()
	if refused != nil {
		return s.refuse(x, refused)
	}
	var who *caller
	if x.service.name != website { // which browsers visit
		var err *apiError
		if who, err = s.authenticate(x); err != nil {
			return s.refuse(x, err)
		}
	}
	result, err := handle(x, who)
	if err != nil {
		return s.refuse(x, err)
	}
	reply, ready := result.(*answer)
	if !ready {
		reply = renderResult(x, result)
	}
	x.call.Status = reply.status
	return reply
}

func (s *Server) refuse(x *exchange, e *apiError) *answer {
	x.call.Status, x.call.Error, x.call.Message = e.status, e.code, e.message
	if x.params != nil {
		for _, name := range secretParams() {
			// AWS repeats a value that breaks a constraint; the log is not to.
			if value := x.params.values[name]; value != "" {
				x.call.Message = strings.ReplaceAll(x.call.Message, "'"+value+"'", "'…'")
			}
		}
	}
	return renderError(x, e)
}

// note is refuse for those who do not hold the lock and answer nothing.
func (s *Server) note(x *exchange, e *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.call.Error, x.call.Message = e.code, e.message
}

// write sends the reply. The Date is the server's, for clients that mend their
// clock by it.
func (s *Server) write(w http.ResponseWriter, x *exchange, reply *answer) {
	for name, values := range reply.header {
		w.Header()[name] = values
	}
	w.Header().Set("Date", x.now.Format(http.TimeFormat))
	w.Header().Set("X-Amzn-Requestid", x.call.RequestID)
	if x.service != nil && x.service.name == "s3" {
		w.Header().Set("X-Amz-Request-Id", x.call.RequestID)
	}
	w.WriteHeader(reply.status)
	if x.http.Method != http.MethodHead {
		w.Write(reply.body) // the client may be gone; nothing to be done about it
	}
}
