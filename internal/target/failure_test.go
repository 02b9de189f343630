package target

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// TestUnknownRegion: a host of AWS's that does not exist is mostly a region that does
// not, which is said with its place. Hosts that a person named are not meant.
func TestUnknownRegion(t *testing.T) {
	for url, want := range map[string]bool{"": true, "https://sts.example": false} {
		target := &Target{Profile: &config.Profile{Name: "a"}, Endpoint: awsapi.Endpoint{Region: "auto", URL: url}, regionFrom: config.Origin{Key: "AWS_REGION"}}
		err := target.Failure(&net.DNSError{Err: "no such host", Name: "sts.auto.amazonaws.com", IsNotFound: true})
		var f *failure.Error
		if !errors.As(err, &f) {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(f.Hints, " "), `"auto" is an AWS region; it comes from AWS_REGION`); got != want {
			t.Errorf("%q: %q", url, f.Hints)
		}
	}
}
