package target

import (
	"errors"
	"net"

	"github.com/awsbroker/awsbroker/internal/failure"
)

// Failure translates an error of a request for the target's session, as
// [failure.OfAWS] does. It returns nil for nil.
func (t *Target) Failure(err error) error {
	if err == nil {
		return nil
	}
	f := failure.OfAWS(err, t.Profile, t.TakesCode())
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound && t.Endpoint.URL == "" && t.regionFrom.Key != "" {
		f.Hint("check whether %q is an AWS region; it comes from %s", t.Endpoint.Region, t.regionFrom)
	}
	return f
}
