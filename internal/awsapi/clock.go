package awsapi

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// ClockLimit is how far a signature's time may be from AWS's.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
const ClockLimit = 5 * time.Minute

// Clock is AWS's clock, as the dates of its answers tell it. AWS ends sessions and
// judges signatures by that clock, whatever this machine's clock says. The nil Clock
// and one that has seen no answer are this machine's. Methods may be called at once.
type Clock struct {
	// Wrong is called at the first answer that shows this machine's clock to be off
	// by more than [ClockLimit], with how far it is ahead. Nil tells nobody.
	Wrong func(ahead time.Duration)

	mu    sync.Mutex
	ahead time.Duration
	told  bool
}

// Ahead returns how far this machine's clock is ahead of AWS's, in whole seconds; less
// than zero is behind. It is zero where the last answer leaves that possible.
func (c *Clock) Ahead() time.Duration {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead
}

// Now returns the time by AWS's clock.
func (c *Clock) Now() time.Time { return time.Now().Add(-c.Ahead()) }

// Here returns what this machine's clock shows when AWS's shows t.
func (c *Clock) Here(t time.Time) time.Time { return t.Add(c.Ahead()) }

// SignHTTP signs a request with the time by AWS's clock, in place of the SDK's
// signingTime: it is [v4.Signer.SignHTTP] in the options of a service's client.
func (c *Clock) SignHTTP(ctx context.Context, creds aws.Credentials, r *http.Request, payloadHash, service, region string, _ time.Time, options ...func(*v4.SignerOptions)) error {
	return v4.NewSigner().SignHTTP(ctx, creds, r, payloadHash, service, region, c.Now(), options...)
}

// read takes the time from the date of an answer that came between two times of this
// machine. What has no request's id is not AWS's, but that of something on the way.
func (c *Clock) read(answer http.Header, from, to time.Time) {
	date, err := http.ParseTime(answer.Get("Date"))
	if c == nil || err != nil || answer.Get("X-Amzn-Requestid") == "" {
		return
	}
	c.set(aheadOf(date, from.Round(0), to.Round(0)))
}

// aheadOf returns how far a clock is ahead that showed a time between from and to
// while another showed date, which is cut to whole seconds.
func aheadOf(date, from, to time.Time) time.Duration {
	least, most := from.Sub(date.Add(time.Second)), to.Sub(date)
	if least <= 0 && most >= 0 {
		return 0
	}
	return ((least + most) / 2).Round(time.Second)
}

func (c *Clock) set(ahead time.Duration) {
	c.mu.Lock()
	c.ahead = ahead
	news := !c.told && ahead.Abs() > ClockLimit
	c.told = c.told || news
	c.mu.Unlock()
	if news && c.Wrong != nil {
		c.Wrong(ahead)
	}
}

// dated reads the clock from the answers of a transport.
type dated struct {
	http.RoundTripper
	clock *Clock
}

// RoundTrip implements [http.RoundTripper].
func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := time.Now()
	resp, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		d.clock.read(resp.Header, sent, time.Now())
	}
	return resp, err
}
