package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/pattern"
)

// The patterns are those of the API models
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html,
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html).
// What every profile has is checked without: arn.go.
var (
	securityKeyPattern = pattern.Of(`^arn:[a-z-]+:iam::[0-9]{12}:(u2f|passkey|security-key|fido2?)/`)
	hardwarePattern    = pattern.Of(`^[\w+=/:,.@-]{9,}$`)
	sessionNamePattern = pattern.Of(`^[\w+=,.@-]{2,64}$`)
	externalIDPattern  = pattern.Of(`^[\w+=,.@:/-]+$`)
	durationPattern    = pattern.Of(`^([0-9]+h)?([0-9]+m)?([0-9]+s)?$`)
)

func refuseValue(o Origin, want string) error {
	if securityKeyPattern().MatchString(o.Value) && strings.HasSuffix(o.Key, "mfa_serial") {
		return &SecurityKeyError{Origin: o}
	}
	return &ValueError{Origin: o, Want: want}
}

func matchesPattern(form func() *regexp.Regexp, want string) check {
	return func(value string) string {
		if form().MatchString(value) {
			return ""
		}
		return want
	}
}

func checkRoleARN(value string) string {
	if isIAMARN(value, "role", 64) {
		return ""
	}
	return "the ARN of a role, like arn:aws:iam::123456789012:role/admin-mfa"
}

var checkSessionName = matchesPattern(sessionNamePattern, "2 to 64 letters, digits or any of _+=,.@-")

// CheckRegion returns what a region must be, or "" if value is the name of one.
func CheckRegion(value string) string {
	switch n := len(value); {
	case !isRegion(value):
		return "the name of a region, like eu-central-1"
	case n > 2 && strings.Contains(value, "-") && isDigit(value[n-2]) && !isDigit(value[n-1]):
		return "the name of a region, not of an availability zone in it, like " + value[:n-1]
	}
	return ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// checkExternalID checks the length by itself, because a regular expression repeats
// at most 1,000 times.
func checkExternalID(value string) string {
	if len(value) < 2 || len(value) > 1224 || !externalIDPattern().MatchString(value) {
		return "2 to 1224 letters, digits or any of _+=,.@:/-"
	}
	return ""
}

// checkMFASerial accepts the ARN of a virtual device, or the serial number
// printed on a hardware one.
func checkMFASerial(value string) string {
	if isIAMARN(value, "mfa", 128) || !strings.HasPrefix(value, "arn:") && len(value) <= 256 && hardwarePattern().MatchString(value) {
		return ""
	}
	return "the ARN of an MFA device, like arn:aws:iam::123456789012:mfa/phoebe, or a device's serial number"
}

// checkText accepts text that can be shown and passed on. A control character in a
// setting is damage, or an attack.
func checkText(value string) string {
	if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return "text without control characters, in UTF-8"
	}
	return ""
}

func checkKeyName(value string) string {
	if want := checkText(value); want != "" || len(value) > 255 {
		return "the name of a key, at most 255 bytes without control characters"
	}
	return ""
}

func checkSeed(value string) string {
	if value != "keychain" {
		return `"keychain", the only place for a seed`
	}
	return ""
}

func checkHost(value string) string {
	if u, err := url.Parse("https://" + value); err != nil || u.Host != value || value == "" {
		return `the host of an endpoint, like "sts.example.com" or "sts.example.com:8443"`
	}
	return ""
}

func checkMFASession(value string) string {
	if value == "off" {
		return ""
	}
	if want := mfaDuration.check(value); want != "" {
		return want + `, or "off"`
	}
	return ""
}

func checkLog(value string) string {
	if value != "on" && value != "off" {
		return `"on" or "off"`
	}
	return ""
}

// Colors are those that a profile can have in a browser: what the console and Firefox
// both know.
var Colors = []string{"red", "orange", "yellow", "green", "blue"}

func checkColor(value string) string {
	if !slices.Contains(Colors, value) {
		return "one of " + strings.Join(Colors, ", ")
	}
	return ""
}

// prompts are the ways of asking that package prompt knows.
var prompts = []string{"command", "terminal", "pinentry", "dialog", "zenity", "kdialog", "osascript", "powershell", "none"}

func checkPrompt(value string) string {
	for name := range strings.SplitSeq(value, ",") {
		if !slices.Contains(prompts, strings.ToLower(strings.TrimSpace(name))) {
			return "a list of " + strings.Join(prompts[:len(prompts)-1], ", ") + " or none, with commas between them"
		}
	}
	return ""
}

func checkBool(value string) string {
	if strings.EqualFold(value, "true") || strings.EqualFold(value, "false") {
		return ""
	}
	return "true or false"
}

func isTrue(value string) bool { return strings.EqualFold(value, "true") }

// checkEndpoint accepts https, and plain http to this machine: what is sent
// is signed, but what comes back holds a session.
func checkEndpoint(value string) string {
	const want = "an https URL, or an http one on a loopback address"
	u, err := url.Parse(value)
	if err != nil || checkText(value) != "" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return want
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return ""
	}
	return want
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// limits are what AWS allows for a duration.
type limits struct{ least, most time.Duration }

var (
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
	roleDuration = limits{900 * time.Second, 43200 * time.Second}
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
	mfaDuration = limits{15 * time.Minute, 36 * time.Hour}
	minTTL      = limits{0, 12 * time.Hour}
)

func (l limits) check(value string) string {
	if d, ok := parseDuration(value); ok && d >= l.least && d <= l.most {
		return ""
	}
	return fmt.Sprintf("from %s to %s, like 3600 or 1h", shortDuration(l.least), shortDuration(l.most))
}

// parseDuration takes seconds, as AWS does, or "1h", "90m", "1h30m".
func parseDuration(value string) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	d, err := time.ParseDuration(value)
	if err != nil || !durationPattern().MatchString(value) {
		return 0, false
	}
	return d, true
}

// shortDuration returns 12h for 12h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// expandHome returns a path with a leading "~" replaced by the home directory. botocore
// and the Go SDK leave that to a shell, which never sees the file.
func expandHome(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") && !strings.HasPrefix(path, `~\`) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, path[1:])
}
