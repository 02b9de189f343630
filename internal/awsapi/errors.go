package awsapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Reason is why a request brought nothing.
type Reason int

// The reasons, in groups: AWS said no, AWS could not be asked, we did not ask.
const (
	Denied         Reason = iota + 1 // no permission, no trust, no such role
	WrongCode                        // the MFA code is wrong, late, or was used before
	WrongDevice                      // no such MFA device for this user
	RootKey                          // roles cannot be assumed by the root user
	UnknownKey                       // deleted, inactive, of another partition, or not yet known
	WrongSecret                      // the signature does not match the key
	WrongRegion                      // the request was signed for another region than the endpoint's
	ExpiredToken                     // the session that signed is over
	ClockWrong                       // this machine's clock is off; see Skew
	TooLong                          // the session asked for is longer than the role allows
	ChainTooLong                     // the session asked for is longer than an hour, and a session asks
	PolicyTooLarge                   // session policies and tags together, in AWS's packed form
	BadPolicy                        // a session policy is no policy, or there is no such managed policy
	BadTags                          // the session tags contradict each other, or those of a chain
	RegionDisabled                   // STS is switched off in the region for this account
	NotThere                         // IAM has no such user, key, role or policy
	Exists                           // IAM has one of that name already
	InUse                            // IAM has to be rid of something else first
	Quota                            // IAM allows no more of them
	Busy                             // IAM is changing it; in some seconds it will do
	Rejected                         // any other refusal
	Throttled                        // AWS asks to try later
	Failing                          // AWS failed: 5xx
	Unreachable                      // no answer
	Redirected                       // the endpoint points elsewhere, which is not followed
	Garbled                          // what answered is not AWS
	BadEndpoint                      // the endpoint or its CA bundle cannot be used
	BadProxy                         // HTTPS_PROXY cannot be used
)

// Error is a request to AWS that brought nothing.
type Error struct {
	Reason  Reason
	Code    string        // AWS's error code, if AWS answered
	Message string        // AWS's text or the network's; data from elsewhere, to be cleaned before it is shown
	Sent    bool          // the request may have reached AWS: an MFA code in it is spent
	Skew    time.Duration // with ClockWrong: how far this clock is ahead of AWS's
	cause   error
}

// maxText is how much of a text from elsewhere is told, in bytes. AWS's longest have a
// few names of resources in them; what is no AWS may send any amount in a line.
const maxText = 1000

func (e *Error) Error() string {
	text := e.Message
	if e.Code != "" {
		text = fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

// Unwrap gives the error of the network, if that is what it was.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether err is an [Error] for one of these reasons.
func Is(err error, reasons ...Reason) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(reasons, e.Reason)
}

// NotAllowed reports whether AWS refused whoever signed the request, so that
// somebody else may succeed with it.
func NotAllowed(err error) bool { return Is(err, Denied, UnknownKey, ExpiredToken, RootKey) }

// AnswerLost reports whether AWS may have done what it was asked for, though
// it did not say so.
func AnswerLost(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Sent && Is(err, Unreachable, Garbled, Failing)
}

// passing reports whether the same request may succeed in a moment.
func (e *Error) passing() bool {
	return e.Reason == Throttled || e.Reason == Failing || e.Reason == Unreachable || e.Reason == Busy
}

// classify by code and part of the text: the texts vary between services and
// years (contract.md 8.2 has their sources).
func classify(err error, sent bool) error {
	e := &Error{Message: err.Error(), Sent: sent, cause: err}
	response := responseOf(err)
	var api smithy.APIError
	switch {
	case response != nil && response.StatusCode/100 == 3:
		e.Reason = Redirected
		e.Message = fmt.Sprintf("the endpoint answered with a redirect (HTTP %d)", response.StatusCode)
	case errors.As(err, &api) && api.ErrorCode() != "" && response != nil:
		e.Code, e.Message = api.ErrorCode(), api.ErrorMessage()
		e.Reason = reasonOf(e.Code, e.Message, response.StatusCode)
		if e.Reason == ClockWrong {
			e.Skew = skew(response)
		}
	case response != nil && wasCut(err):
		e.Reason, e.Message = Unreachable, "the connection was cut in the middle of the answer"
	case response != nil && response.StatusCode >= 500:
		e.Reason = Failing
		e.Message = fmt.Sprintf("the endpoint failed (HTTP %d)", response.StatusCode)
	case response != nil:
		e.Reason = Garbled
		e.Message = fmt.Sprintf("the answer is not one of AWS (HTTP %d)", response.StatusCode)
	case errors.Is(err, context.Canceled):
		return err
	case strings.Contains(err.Error(), "Invalid Configuration"): // the SDK's endpoint rules, such as FIPS with a URL
		e.Reason, e.Message = BadEndpoint, innermost(err)
	case unreachable(err) || errors.Is(err, context.DeadlineExceeded):
		e.Reason, e.Message = Unreachable, innermost(err)
	default:
		e.Reason, e.Message = Garbled, innermost(err)
	}
	return e
}

// responseOf is what answered, if anything did: for a failed connection the
// SDK makes up a response with status 0.
func responseOf(err error) *http.Response {
	var re *smithyhttp.ResponseError
	if errors.As(err, &re) && re.Response != nil && re.Response.Response != nil && re.Response.StatusCode != 0 {
		return re.Response.Response
	}
	return nil
}

// wasCut reports whether a connection ended before the answer did: unlike an answer of
// something else, it may be whole the next time.
func wasCut(err error) bool {
	var n net.Error
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &n)
}

var reasonByCode = map[string]Reason{
	"InvalidClientTokenId":          UnknownKey,
	"InvalidAccessKeyId":            UnknownKey,
	"UnrecognizedClientException":   UnknownKey,
	"ExpiredToken":                  ExpiredToken,
	"ExpiredTokenException":         ExpiredToken,
	"RequestExpired":                ClockWrong,
	"RequestTimeTooSkewed":          ClockWrong,
	"RegionDisabledException":       RegionDisabled,
	"PackedPolicyTooLarge":          PolicyTooLarge,
	"PackedPolicyTooLargeException": PolicyTooLarge,
	"MalformedPolicyDocument":       BadPolicy,
	"Throttling":                    Throttled,
	"ThrottlingException":           Throttled,
	"RequestLimitExceeded":          Throttled,
	"TooManyRequestsException":      Throttled,
	"NoSuchEntity":                  NotThere,
	"EntityAlreadyExists":           Exists,
	"DeleteConflict":                InUse,
	"LimitExceeded":                 Quota,
	"InvalidAuthenticationCode":     WrongCode,
	"EntityTemporarilyUnmodifiable": Busy,
	"ConcurrentModification":        Busy,
	"ServiceFailure":                Failing,
	"ServiceUnavailable":            Failing,
	"InternalFailure":               Failing,
}

func reasonOf(code, message string, status int) Reason {
	has := func(part string) bool { return strings.Contains(message, part) }
	if r, ok := reasonByCode[code]; ok {
		return r
	}
	switch {
	case code == "SignatureDoesNotMatch" && (has("Signature expired") || has("Signature not yet current")):
		return ClockWrong
	case code == "SignatureDoesNotMatch" && has("Credential should be scoped to"):
		return WrongRegion
	case code == "SignatureDoesNotMatch":
		return WrongSecret
	case has("unable to validate MFA code"):
		return WrongDevice
	case has("invalid MFA one time pass code"):
		return WrongCode
	case has("may not be assumed by root"):
		return RootKey
	case code == "ValidationError" && has("session limit for roles assumed by role chaining"):
		return ChainTooLong
	case code == "ValidationError" && has("MaxSessionDuration"):
		return TooLong
	case code == "InvalidParameterValue" && has("ag key"):
		return BadTags
	case strings.HasPrefix(code, "AccessDenied"), status == http.StatusForbidden:
		return Denied
	case status >= 500:
		return Failing
	case status == http.StatusTooManyRequests:
		return Throttled
	}
	return Rejected
}

// ClockOffset is how far this machine's clock is ahead of the one that dated
// AWS's refusal; false if AWS did not answer.
func ClockOffset(err error) (time.Duration, bool) {
	var e *Error
	if !errors.As(err, &e) || e.Code == "" {
		return 0, false
	}
	r := responseOf(e.cause)
	if r == nil {
		return 0, false
	}
	if _, err := http.ParseTime(r.Header.Get("Date")); err != nil {
		return 0, false
	}
	return skew(r), true
}

// skew is how far this machine's clock is ahead of the server's Date header,
// to the second; 0 if it has none.
func skew(r *http.Response) time.Duration {
	t, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return time.Since(t).Round(time.Second)
}

// innermost is the text of the deepest error: the network's own, without the
// layers of the SDK that name the operation again and again.
func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		// net.OpError says which address; what it wraps does not.
		if strings.Contains(err.Error(), next.Error()) && strings.HasPrefix(err.Error(), "dial ") {
			return err.Error()
		}
		err = next
	}
}
