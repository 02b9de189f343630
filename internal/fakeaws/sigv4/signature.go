// Package sigv4 verifies requests that are signed with AWS Signature Version 4
// in the Authorization header.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Error is why a request counts as not signed, in AWS's words.
type Error struct {
	Incomplete bool // it cannot be read at all
	Message    string
}

func (e *Error) Error() string { return e.Message }

func incomplete(message string) *Error { return &Error{Incomplete: true, Message: message} }

func wrong(message string) *Error { return &Error{Message: message} }

// Signature is a parsed Authorization header with the request's own time.
type Signature struct {
	AccessKeyID string
	Region      string
	Service     string
	date        string
	terminator  string
	signed      []string
	signature   string
	timestamp   string
	time        time.Time
}

// Parse takes the header apart; nil without an error means that the request is
// not signed at all.
func Parse(r *http.Request) (*Signature, *Error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, nil
	}
	name, rest, _ := strings.Cut(header, " ")
	if name != algorithm {
		return nil, incomplete("Unsupported AWS 'algorithm': '" + name + "'" + hashed(header))
	}
	fields := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found {
			return nil, incomplete("'" + name + "' not a valid key=value pair (missing equal-sign) in Authorization header" + hashed(header))
		}
		if _, twice := fields[name]; twice || !slices.Contains([]string{"Credential", "SignedHeaders", "Signature"}, name) {
			return nil, incomplete("'" + name + "' is not expected here in Authorization header" + hashed(header))
		}
		fields[name] = value
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[name] == "" {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	s := &Signature{signature: fields["Signature"], signed: strings.Split(fields["SignedHeaders"], ";")}
	if !s.readTime(r.Header) {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if missing != nil {
		return nil, incomplete(strings.Join(missing, " ") + hashed(header))
	}
	scope := strings.Split(fields["Credential"], "/")
	if len(scope) != 5 {
		return nil, incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + fields["Credential"] + "'")
	}
	s.AccessKeyID, s.date, s.Region, s.Service, s.terminator = scope[0], scope[1], scope[2], scope[3], scope[4]
	return s, nil
}

// hashed is how AWS names a header that it does not want to repeat.
func hashed(header string) string {
	sum := sha256.Sum256([]byte(header))
	return " (Hashed with SHA-256 and encoded with Base64) Authorization=" + base64.StdEncoding.EncodeToString(sum[:])
}

// readTime takes X-Amz-Date before Date.
func (s *Signature) readTime(h http.Header) bool {
	text := h.Get("X-Amz-Date")
	layouts := []string{timeFormat}
	if text == "" {
		text = h.Get("Date")
		layouts = append(layouts, http.TimeFormat)
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			s.time, s.timestamp = t, t.Format(timeFormat)
			return true
		}
	}
	return false
}

func (s *Signature) scope() string {
	return strings.Join([]string{s.date, s.Region, s.Service, s.terminator}, "/")
}

// CheckScope holds the credential scope against the service that the request
// went to. Regions are the caller's to check.
func (s *Signature) CheckScope(service string) *Error {
	switch {
	case s.Service != service:
		return wrong("Credential should be scoped to correct service: '" + service + "'. ")
	case s.terminator != terminator:
		return wrong("Credential should be scoped with a valid terminator: 'aws4_request', not '" + s.terminator + "'. ")
	case s.date != s.time.Format(dateFormat):
		return wrong("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			s.date + "' != '" + s.time.Format(dateFormat) + "', from '" + s.timestamp + "'.")
	}
	return nil
}

// CheckSigned finds headers that would have to be signed. The host and all
// x-amz headers that are present have to be.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
func (s *Signature) CheckSigned(h http.Header) *Error {
	if !slices.IsSorted(s.signed) || len(slices.Compact(slices.Clone(s.signed))) != len(s.signed) {
		return wrong("'SignedHeaders' must be sorted and without repetition in the AWS Authorization.")
	}
	required := []string{"host"}
	if h.Get("X-Amz-Date") == "" {
		required = append(required, "date")
	}
	for name := range h {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	for _, name := range required {
		if !slices.Contains(s.signed, name) {
			return wrong("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// CheckTime allows for clocks that differ by skew.
func (s *Signature) CheckTime(now time.Time, skew time.Duration) *Error {
	minutes := skew.Truncate(time.Minute).String()
	minutes = strings.TrimSuffix(minutes, "m0s") + " min"
	text := func(t time.Time) string { return t.Format(timeFormat) }
	oldest, newest := now.Add(-skew), now.Add(skew)
	if s.time.Before(oldest) {
		return wrong("Signature expired: " + s.timestamp + " is now earlier than " + text(oldest) + " (" + text(now) + " - " + minutes + ".)")
	}
	if s.time.After(newest) {
		return wrong("Signature not yet current: " + s.timestamp + " is still later than " + text(newest) + " (" + text(now) + " + " + minutes + ".)")
	}
	return nil
}

// Verify computes the signature with the secret access key.
func (s *Signature) Verify(r *http.Request, body []byte, secret string) *Error {
	payload, err := s.payloadHash(r.Header.Get("X-Amz-Content-Sha256"), body)
	if err != nil {
		return err
	}
	canonical := canonicalRequest(r.Method, wireURI(r), s.Service, r.Header, r.Host, s.signed, payload)
	want := sign(secret, s.date, s.Region, s.Service, stringToSign(canonical, s.timestamp, s.scope()))
	if subtle.ConstantTimeCompare([]byte(want), []byte(s.signature)) != 1 {
		return wrong("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// payloadHash is the hash of the body as it arrived. S3 lets the client leave
// the body unsigned, or sign it chunk by chunk; no other service does.
func (s *Signature) payloadHash(declared string, body []byte) (string, *Error) {
	actual := Hash(body)
	if declared == "" || declared == actual {
		return actual, nil
	}
	if s.Service == "s3" && (declared == "UNSIGNED-PAYLOAD" || strings.HasPrefix(declared, streaming)) {
		return declared, nil
	}
	return "", wrong("The provided 'x-amz-content-sha256' header does not match what was computed.")
}

// wireURI is path and query as they were sent; through a proxy the request
// line has the whole URL.
func wireURI(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// SignGit returns the signature in a password for CodeCommit: of a method GIT, of nothing
// but the host, and at a time without its Z.
func SignGit(secret, region, host, path, timestamp string) string {
	canonical := "GIT\n" + path + "\n\nhost:" + host + "\n\nhost\n"
	scope := strings.Join([]string{timestamp[:8], region, "codecommit", terminator}, "/")
	return sign(secret, timestamp[:8], region, "codecommit", stringToSign(canonical, timestamp, scope))
}
