package fakeaws

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// authorization is a parsed Authorization header with the request's own time.
type authorization struct {
	accessKeyID string
	date        string
	region      string
	service     string
	terminator  string
	signed      []string
	signature   string
	timestamp   string
	time        time.Time
}

// parseAuthorization takes the header apart; nil without an error means that
// the request is not signed at all.
func parseAuthorization(r *http.Request) (*authorization, *apiError) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, nil
	}
	algorithm, rest, _ := strings.Cut(header, " ")
	if algorithm != sigAlgorithm {
		return nil, errIncompleteSignature("Unsupported AWS 'algorithm': '" + algorithm + "'" + hashed(header))
	}
	fields := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found {
			return nil, errIncompleteSignature("'" + name + "' not a valid key=value pair (missing equal-sign) in Authorization header" + hashed(header))
		}
		if _, twice := fields[name]; twice || !slices.Contains([]string{"Credential", "SignedHeaders", "Signature"}, name) {
			return nil, errIncompleteSignature("'" + name + "' is not expected here in Authorization header" + hashed(header))
		}
		fields[name] = value
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[name] == "" {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	a := &authorization{signature: fields["Signature"], signed: strings.Split(fields["SignedHeaders"], ";")}
	if !a.readTime(r.Header) {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if missing != nil {
		return nil, errIncompleteSignature(strings.Join(missing, " ") + hashed(header))
	}
	scope := strings.Split(fields["Credential"], "/")
	if len(scope) != 5 {
		return nil, errIncompleteSignature("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + fields["Credential"] + "'")
	}
	a.accessKeyID, a.date, a.region, a.service, a.terminator = scope[0], scope[1], scope[2], scope[3], scope[4]
	return a, nil
}

// hashed is how AWS names a header that it does not want to repeat.
func hashed(header string) string {
	sum := sha256.Sum256([]byte(header))
	return " (Hashed with SHA-256 and encoded with Base64) Authorization=" + base64.StdEncoding.EncodeToString(sum[:])
}

// readTime takes X-Amz-Date before Date.
func (a *authorization) readTime(h http.Header) bool {
	text := h.Get("X-Amz-Date")
	layouts := []string{sigTimeFormat}
	if text == "" {
		text = h.Get("Date")
		layouts = append(layouts, http.TimeFormat)
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			a.time, a.timestamp = t, t.Format(sigTimeFormat)
			return true
		}
	}
	return false
}

func (a *authorization) scope() string {
	return strings.Join([]string{a.date, a.region, a.service, a.terminator}, "/")
}

// checkScope holds the credential scope against the service and the region
// that the request went to. IAM has one region a partition.
func (a *authorization) checkScope(service, host string, anyRegion bool) *apiError {
	switch {
	case !regionKnown(a.region), regionOfHost(host) != "" && regionOfHost(host) != a.region:
		return errSignature("Credential should be scoped to a valid region. ")
	case service == "iam" && !anyRegion && !isIAMRegion(a.region, host):
		return errSignature("Credential should be scoped to a valid region, not '" + a.region + "'. ")
	case a.service != service:
		return errSignature("Credential should be scoped to correct service: '" + service + "'. ")
	case a.terminator != sigTerminator:
		return errSignature("Credential should be scoped with a valid terminator: 'aws4_request', not '" + a.terminator + "'. ")
	case a.date != a.time.Format(sigDateFormat):
		return errSignature("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			a.date + "' != '" + a.time.Format(sigDateFormat) + "', from '" + a.timestamp + "'.")
	}
	return nil
}

// checkSigned finds headers that would have to be signed. The host and all
// x-amz headers that are present have to be.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
func (a *authorization) checkSigned(h http.Header) *apiError {
	if !slices.IsSorted(a.signed) || len(slices.Compact(slices.Clone(a.signed))) != len(a.signed) {
		return errSignature("'SignedHeaders' must be sorted and without repetition in the AWS Authorization.")
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
		if !slices.Contains(a.signed, name) {
			return errSignature("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// checkTime allows for clocks that differ by skew.
func (a *authorization) checkTime(now time.Time, skew time.Duration) *apiError {
	minutes := skew.Truncate(time.Minute).String()
	minutes = strings.TrimSuffix(minutes, "m0s") + " min"
	text := func(t time.Time) string { return t.Format(sigTimeFormat) }
	oldest, newest := now.Add(-skew), now.Add(skew)
	if a.time.Before(oldest) {
		return errSignature("Signature expired: " + a.timestamp + " is now earlier than " + text(oldest) + " (" + text(now) + " - " + minutes + ".)")
	}
	if a.time.After(newest) {
		return errSignature("Signature not yet current: " + a.timestamp + " is still later than " + text(newest) + " (" + text(now) + " + " + minutes + ".)")
	}
	return nil
}
