package config

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/ini.v1"
)

// prefix hides a setting from AWS's own tools, and wins over the plain one.
const prefix = "awsbroker_"

// known are the settings that may carry our prefix: AWS's, then our own.
var known = []string{
	"role_arn", "source_profile", "mfa_serial", "role_session_name", "external_id", "duration_seconds",
	"region", "ca_bundle", "use_fips_endpoint", "use_dualstack_endpoint",
	"source_identity", "session_tags", "transitive_session_tags", "session_policy", "session_policy_arns",
	"endpoint_url", "services", "ignore_configured_endpoint_urls",
	"key", "mfa_session", "mfa_process", "mfa_seed", "endpoint_is_mine", "min_ttl", "confirm", "agents", "log", "prompt", "color", passphraseFor,
}

// view is the sections of one profile, the one that wins first.
type view struct {
	sections    []*section
	values      []*ini.Section
	credentials *section // the one of sections that is in the credentials file, or nil
}

func (c *Config) view(name string) (view, error) {
	var v view
	e := c.entry(name)
	if len(e.config) > 1 {
		first, second := e.config[0], e.config[1]
		return v, &ParseError{Path: second.path, Line: second.line, Problem: "[" + printable(second.name) + "] and [" +
			printable(first.name) + "] on line " + strconv.Itoa(first.line) + " are the same profile, and AWS tools do not agree which one to use: merge the two sections"}
	}
	v.sections, v.credentials = e.sections(), e.credentials
	for _, s := range v.sections {
		values, err := s.readValues()
		if err != nil {
			return v, err
		}
		v.values = append(v.values, values)
	}
	return v, nil
}

// isReadable reports whether somebody may ask for a setting's value: it is one of AWS's
// that awsbroker uses, with the prefix or without, one of awsbroker's own, or one that
// tells how else a profile signs in. A section may have thousands of others.
func isReadable(name string) bool {
	return slices.Contains(known, strings.TrimPrefix(name, prefix)) || slices.Contains(signingIn, name) || slices.Contains(blocks, name)
}

// blocks are the settings of a [services …] section that hold others of ours.
var blocks = []string{"sts", "iam"}

// resolver fills a Profile. The first error is kept and ends all reading.
type resolver struct {
	view      view
	profile   *Profile
	sourceKey string // the key that source_profile names where there is no such profile
	err       error
}

func (r *resolver) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *resolver) noteOrigin(o Origin) {
	r.profile.Origins = append(r.profile.Origins, o)
}

// findSetting finds a setting of AWS: with awsbroker's prefix in either file, else
// without the prefix.
func (r *resolver) findSetting(setting string) (Origin, bool) {
	if !strings.HasPrefix(setting, prefix) {
		if o, ok := r.findOption(prefix + setting); ok {
			return o, true
		}
	}
	return r.findOption(setting)
}

// findOption finds a setting in the section that wins, even if its value is empty
// there: botocore and the Go SDK merge the two files so.
func (r *resolver) findOption(key string) (Origin, bool) {
	for i, s := range r.view.sections {
		if s.option(key) == nil {
			continue
		}
		o, ok, err := s.lookup(r.view.values[i], key)
		if err != nil {
			r.fail(err)
		}
		return o, ok && r.err == nil
	}
	return Origin{}, false
}

// check returns what the value must be, or "" if that is what it is.
type check func(value string) (want string)

// readText reads a setting of AWS, with or without awsbroker's prefix.
func (r *resolver) readText(setting string, check check) string {
	return r.readChecked(check)(r.findSetting(setting))
}

// readExact reads a setting that has one name only.
func (r *resolver) readExact(key string, check check) string {
	return r.readChecked(check)(r.findOption(key))
}

func (r *resolver) readChecked(check check) func(Origin, bool) string {
	return func(o Origin, ok bool) string {
		if !ok {
			return ""
		}
		if want := check(o.Value); want != "" {
			r.fail(refuseValue(o, want))
			return ""
		}
		r.noteOrigin(o)
		return o.Value
	}
}

func (r *resolver) readDuration(setting string, limits limits) (time.Duration, bool) {
	value := r.readText(setting, limits.check)
	if value == "" {
		return 0, false
	}
	d, _ := parseDuration(value)
	return d, true
}

func (r *resolver) readFlag(setting string) bool {
	return isTrue(r.readText(setting, checkBool))
}
