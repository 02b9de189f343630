package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeFormat = "20060102T150405Z"
	dateFormat = "20060102"
)

// canonicalRequest is the text that the client hashed. uri is the path and
// query exactly as they were on the wire.
func canonicalRequest(method, uri, service string, header http.Header, host string, signed []string, payloadHash string) string {
	rawPath, rawQuery, _ := strings.Cut(uri, "?")
	var b strings.Builder
	b.WriteString(method + "\n")
	b.WriteString(canonicalPath(rawPath, service) + "\n")
	b.WriteString(canonicalQuery(rawQuery) + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + canonicalHeader(name, header, host) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + payloadHash)
	return b.String()
}

func stringToSign(canonical, timestamp, scope string) string {
	return strings.Join([]string{algorithm, timestamp, scope, Hash([]byte(canonical))}, "\n")
}

// sign computes the signature with the key derived for the scope.
func sign(secret, date, region, service, toSign string) string {
	key := hmacSHA256([]byte("AWS4"+secret), date)
	for _, part := range []string{region, service, terminator} {
		key = hmacSHA256(key, part)
	}
	return hex.EncodeToString(hmacSHA256(key, toSign))
}

// canonicalPath: S3 takes the path as it is, percent-encoded once; all other
// services normalise it and encode what was on the wire once more.
func canonicalPath(raw, service string) string {
	if raw == "" {
		return "/"
	}
	if service == "s3" {
		if plain, err := url.PathUnescape(raw); err == nil {
			return percentEncode(plain, "/")
		}
		return raw
	}
	clean := path.Clean(raw)
	if strings.HasSuffix(raw, "/") && clean != "/" {
		clean += "/"
	}
	return percentEncode(clean, "/")
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var pairs []string
	for _, part := range strings.Split(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, recode(name)+"="+recode(value))
	}
	slices.SortFunc(pairs, comparePairs)
	return strings.Join(pairs, "&")
}

// comparePairs sorts by name, then by value: "a=1" before "a-b=1", which the
// whole pair compared as one string would not give.
func comparePairs(a, b string) int {
	nameA, valueA, _ := strings.Cut(a, "=")
	nameB, valueB, _ := strings.Cut(b, "=")
	if c := strings.Compare(nameA, nameB); c != 0 {
		return c
	}
	return strings.Compare(valueA, valueB)
}

func recode(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return percentEncode(plain, "")
}

// canonicalHeader trims, folds runs of spaces (inside quotes too: the published
// vector get-header-value-trim has it so) and joins repeated headers.
func canonicalHeader(name string, header http.Header, host string) string {
	if name == "host" {
		return host
	}
	var values []string
	for _, v := range header.Values(name) {
		values = append(values, strings.Join(strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '\t' }), " "))
	}
	return strings.Join(values, ",")
}

// percentEncode leaves the unreserved characters of RFC 3986 and those in keep.
func percentEncode(s, keep string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~"+keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Hash is the hash of a payload, as it stands in X-Amz-Content-Sha256.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
