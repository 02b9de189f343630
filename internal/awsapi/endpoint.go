// Package awsapi is what talking to any AWS service takes: where it is, how a
// request is sent and how often, and what its errors mean to us.
package awsapi

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
)

// Endpoint says where AWS is.
type Endpoint struct {
	Region    string // signs the request and, without a URL, names the host
	URL       string // instead of AWS's own host; https, or http on a loopback address
	CABundle  string // PEM file of certificate authorities to trust instead of the system's
	FIPS      bool
	DualStack bool
	Notice    *Notice // told before the endpoint is asked; see [Endpoint.Announce]
	Clock     *Clock  // reads AWS's time from what the endpoint answers, and signs with it
}

// CheckURL refuses an endpoint to which no MFA code may go: anything but
// https, or http to a loopback address. Empty is AWS's own, and fine.
func CheckURL(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return &Error{Reason: BadEndpoint, Message: "the endpoint is not a URL like https://HOST"} // it may hold a password
	case u.User != nil:
		return &Error{Reason: BadEndpoint, Message: fmt.Sprintf("the endpoint %q has a user in it, for which AWS has no use", u.Redacted())}
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }):
		// Letters of other alphabets look like those of AWS's own hosts, to which a code is to go.
		return &Error{Reason: BadEndpoint, Message: fmt.Sprintf("the host of the endpoint %+q has letters that are not ASCII: write it as xn--…", raw)}
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return nil
	}
	return &Error{Reason: BadEndpoint, Message: fmt.Sprintf("the endpoint %q is neither https nor on this machine", raw)}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// HTTPClient checks the endpoint and makes a client for it, which connects to
// nothing yet. The errors are *Error with the reasons BadEndpoint and BadProxy.
func (e Endpoint) HTTPClient() (*http.Client, error) {
	if err := CheckURL(e.URL); err != nil {
		return nil, err
	}
	if err := CheckProxy(); err != nil && !e.IsLocal() { // no proxy comes before this machine
		return nil, err
	}
	return httpClient(e.CABundle, e.Clock)
}

// IsAWS reports whether a request to the endpoint goes to a host of AWS's own:
// one that AWS's SDKs would build for the service ("sts" or "iam"), or that of a
// VPC endpoint for it. Other names under amazonaws.com are given to customers: of
// buckets, of APIs, of machines.
func (e Endpoint) IsAWS(service string) bool {
	if e.URL == "" {
		return true
	}
	u, err := url.Parse(e.URL)
	return err == nil && u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && isHostOfAWS(service, strings.ToLower(u.Hostname()))
}

// IsLocal reports whether a request to the endpoint stays on this machine.
func (e Endpoint) IsLocal() bool {
	u, err := url.Parse(e.URL)
	return err == nil && isLoopback(u.Hostname())
}

// Host is the host of the URL, without whatever else may be in it.
func (e Endpoint) Host() string {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" {
		return "not a URL"
	}
	return u.Host
}

// httpClient follows no redirect (a code or a signature must not travel to
// another host) and waits for nothing without end. Proxies are those of the
// environment: HTTPS_PROXY, NO_PROXY.
func httpClient(caBundle string, clock *Clock) (*http.Client, error) {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment,

		OnProxyConnectResponse: refusalOfProxy,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  15 * time.Second,
		DisableKeepAlives:      true,
		DisableCompression:     true, // a small answer may unpack to a large one
	}
	// HTTP/2 is left out: GODEBUG=http2debug=2 would print what is sent and answered.
	if caBundle != "" {
		pem, err := os.ReadFile(caBundle)
		if err != nil {
			return nil, &Error{Reason: BadEndpoint, Message: fmt.Sprintf("cannot read the CA bundle: %v", err), cause: err}
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, &Error{Reason: BadEndpoint, Message: fmt.Sprintf("there is no certificate in the CA bundle %q", caBundle)}
		}
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{
		Transport:     dated{limited{t}, clock},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// unreachable reports whether err is of the network and not of AWS.
func unreachable(err error) bool {
	var n net.Error
	var u *url.Error
	var cert *tls.CertificateVerificationError
	return errors.As(err, &n) || errors.As(err, &u) || errors.As(err, &cert)
}
