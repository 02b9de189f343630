// Package credserver is the container credentials endpoint of AWS's SDKs on
// the loopback interface: HTTP, and nothing else. Sessions come from a
// function that answers from memory.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
package credserver

import (
	"crypto/rand"
	"net"
	"net/netip"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Endpoint is what a client has to know: where to ask, and with what.
type Endpoint struct {
	Address string            // "127.0.0.1:PORT"
	Path    string            // with a random part
	Token   credential.Secret // the whole value of the Authorization header
}

// Listen opens a port that is reached from this machine only. The literal
// 127.0.0.1 is the one form of the address that every SDK accepts.
func Listen() (net.Listener, Endpoint, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, Endpoint{}, err
	}
	// 130 random bits each. The token has letters and digits only: some clients
	// refuse others in a header.
	return l, Endpoint{Address: l.Addr().String(), Path: "/" + rand.Text(), Token: credential.NewSecret(rand.Text())}, nil
}

// hasName reports whether a Host header is a name of this server: that of the loopback
// interface, with the server's port or, as the AWS CRT writes it, without one. A page
// that makes a browser send requests here (DNS rebinding) has a name of its own.
func (e Endpoint) hasName(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), ""
	}
	if _, ours, _ := net.SplitHostPort(e.Address); port != "" && port != ours {
		return false
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback() || strings.EqualFold(name, "localhost")
}

// URL is what goes into AWS_CONTAINER_CREDENTIALS_FULL_URI.
func (e Endpoint) URL() string { return "http://" + e.Address + e.Path }
