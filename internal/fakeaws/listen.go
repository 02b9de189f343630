package fakeaws

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Start listens on a free port of 127.0.0.1 and returns the endpoint's URL.
// Close ends it.
func (s *Server) Start() (endpoint string, err error) { return s.Listen("127.0.0.1:0") }

// Listen is Start on an address of the caller's choice.
func (s *Server) Listen(address string) (endpoint string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return "", errors.New("the fake listens already")
	}
	s.listener, err = net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // clients that hang up are part of the tests
	}
	scheme := "http"
	listener := s.listener
	if s.cert != nil {
		scheme = "https"
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{*s.cert}})
	}
	go s.http.Serve(listener) // ends with Close
	s.url = scheme + "://" + s.listener.Addr().String()
	return s.url, nil
}

// URL is the endpoint that Start or Listen returned; "" before.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// StartTLS is Start with https: see ListenTLS.
func (s *Server) StartTLS() (endpoint string, caPEM []byte, err error) {
	return s.ListenTLS("127.0.0.1:0")
}

// ListenTLS is Listen with a certificate for 127.0.0.1, localhost and the host
// names of STS. It returns the certificate of the authority that signed it, as
// PEM, for AWS_CA_BUNDLE.
func (s *Server) ListenTLS(address string) (endpoint string, caPEM []byte, err error) {
	cert, caPEM, err := newCertificate()
	if err != nil {
		return "", nil, fmt.Errorf("making a certificate: %w", err)
	}
	s.mu.Lock()
	s.cert = cert
	s.mu.Unlock()
	endpoint, err = s.Listen(address)
	return endpoint, caPEM, err
}

// Close stops listening, cuts all connections and ends all delays.
func (s *Server) Close() {
	s.closing.Do(func() {
		close(s.closed)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.http != nil {
			s.http.Close()
		}
	})
}
