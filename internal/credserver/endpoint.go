// Package credserver is the container credentials endpoint of AWS's SDKs on
// the loopback interface: HTTP, and nothing else. Sessions come from a
// function that answers from memory.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
package credserver

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Endpoint is what a client has to know: where to ask, and with what.
type Endpoint struct {
	Address string            // "127.0.0.1:PORT"
	Path    string            // with a random part
	Token   credential.Secret // the whole value of the Authorization header
	Refused func()            // called before each refusal of a request; may be nil
}

// Listen opens a port that is reached from this machine only. The literal
// 127.0.0.1 is the one form of the address that every SDK accepts.
func Listen() (net.Listener, Endpoint, error) { return ListenAt("127.0.0.1:0") }

// forTasks is the address of AWS's own endpoint in a task of ECS, the one other address that
// SDKs ask without https. In a container network it can be that of a container.
const forTasks = "169.254.170.2"

// ListenAt is Listen at an address that [CheckAddress] allows.
func ListenAt(address string) (net.Listener, Endpoint, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, Endpoint{}, err
	}
	// 130 random bits each. The token has letters and digits only: some clients
	// refuse others in a header.
	return l, Endpoint{Address: l.Addr().String(), Path: "/" + rand.Text(), Token: credential.NewSecret(rand.Text())}, nil
}

// CheckAddress returns why nobody should listen at an address: other machines would reach
// it, or no SDK would ask there.
func CheckAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("an address is like 127.0.0.1:9911, not %q", address)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("a port is a number from 0, which chooses a free one, to 65535, not %q", port)
	}
	switch ip, err := netip.ParseAddr(host); {
	case err != nil && host == "", err == nil && ip.IsUnspecified():
		return fmt.Errorf("%q means every address of this machine, and other machines would reach it", address)
	case err != nil, ip.Zone() != "":
		return fmt.Errorf("an address is like 127.0.0.1:9911, without a name, not %q", address)
	case !ip.IsLoopback() && host != forTasks:
		return fmt.Errorf("other machines or containers may reach %s, and AWS's SDKs ask only 127.0.0.1, ::1 and %s without https", host, forTasks)
	}
	return nil
}

// hasName reports whether a Host header is a name of this server: that of the loopback
// interface, with the server's port or, as the AWS CRT writes it, without one. A page
// that makes a browser send requests here (DNS rebinding) has a name of its own.
func (e Endpoint) hasName(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), ""
	}
	own, ours, _ := net.SplitHostPort(e.Address)
	if port != "" && port != ours {
		return false
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback() || strings.EqualFold(name, "localhost") || name == own
}

// URL is what goes into AWS_CONTAINER_CREDENTIALS_FULL_URI.
func (e Endpoint) URL() string { return "http://" + e.Address + e.Path }
