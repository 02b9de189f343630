package config

import (
	"errors"
	"fmt"
	"slices"
)

// Resolve reads one profile and, through source_profile, those it builds on.
//
// What is inherited is what the AWS CLI inherits: nothing from [default]
// unless it is the source_profile, and from a source only who signs. So
// mfa_serial, region and the endpoints are the profile's own, whatever the
// source says (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html).
// The awsbroker_ settings that describe the key and the person are looked up
// in the profile, else in its source.
//
// The error is an *UnknownProfileError, *CycleError, *NotOursError,
// *ParseError, *ValueError, *RoleSessionError, *SecurityKeyError or
// *PartitionError.
func (c *Config) Resolve(name string) (*Profile, error) {
	if !c.Has(name) {
		return nil, &UnknownProfileError{Name: name, Nearest: nearest(name, c.Names())}
	}
	return c.resolve(name, nil)
}

// resolve reads a profile; chain holds the names that led to it.
func (c *Config) resolve(name string, chain []string) (*Profile, error) {
	view, err := c.view(name)
	if err != nil {
		return nil, err
	}
	r := &resolver{view: view, profile: &Profile{Name: name}}
	if err := r.source(c, append(slices.Clip(chain), name)); err != nil {
		return nil, err
	}
	if err := r.notOurs(); err != nil {
		return nil, err
	}
	r.aws()
	r.endpoints(c)
	r.own()
	r.partition()
	r.roleSession()
	if r.err != nil {
		return nil, r.err
	}
	r.problems()
	return r.profile, nil
}

// source reads source_profile and resolves it.
func (r *resolver) source(c *Config, chain []string) error {
	p := r.profile
	p.CredentialProcess = r.exact("credential_process", checkText)
	roleARN, hasRole := r.find("role_arn")
	origin, ok := r.find("source_profile")
	if r.err != nil || !ok {
		return r.err
	}
	if err := checkText(origin.Value); err != "" {
		return &ValueError{Origin: origin, Want: err}
	}
	name := origin.Value
	if name == p.Name && hasRole && roleARN.Value != "" {
		// AWS's way to say that a role profile holds its own key.
		r.note(origin)
		p.SourceProfile = name
		return nil
	}
	if i := slices.Index(chain, name); i >= 0 {
		return &CycleError{Origin: origin, Cycle: append(slices.Clone(chain[i:]), name)}
	}
	if !c.Has(name) {
		return &UnknownProfileError{Name: name, From: &origin, Nearest: nearest(name, c.Names())}
	}
	r.note(origin)
	p.SourceProfile = name
	source, err := c.resolve(name, chain)
	var notOurs *NotOursError
	if _, hasKey := r.findExact(prefix + "key"); hasKey && errors.As(err, &notOurs) {
		return nil // the profile has a key of its own and needs no other
	}
	p.Source = source
	if err == nil && source.RoleARN != "" {
		return c.keyAndRole(name)
	}
	return err
}

// keyAndRole refuses a source that has a role and an access key in clear:
// botocore signs with the key, the Go SDK assumes the source's role first.
func (c *Config) keyAndRole(name string) error {
	file, line, ok := c.StaticKeys(name)
	if !ok {
		return nil
	}
	return &ParseError{Path: file, Line: line, Problem: fmt.Sprintf("profile %q is the source of another and has both a role and "+
		"an access key in clear, and AWS's tools disagree which one counts: move the key with awsbroker add --from-profile, or the role", name)}
}

// aws reads the settings that AWS's own tools know.
func (r *resolver) aws() {
	p := r.profile
	p.RoleARN = r.text("role_arn", checkRoleARN)
	p.MFASerial = r.text("mfa_serial", checkMFASerial)
	p.RoleSessionName = r.text("role_session_name", checkSessionName)
	p.ExternalID = r.text("external_id", checkExternalID)
	p.Duration, _ = r.duration("duration_seconds", roleDuration)
	p.Region = r.text("region", checkRegion)
	p.CABundle = expandHome(r.text("ca_bundle", checkText))
	p.UseFIPS = r.flag("use_fips_endpoint")
	p.UseDualStack = r.flag("use_dualstack_endpoint")
}

// endpoints reads endpoint_url and the services section, of which the
// latter wins (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
func (r *resolver) endpoints(c *Config) {
	p := r.profile
	p.IgnoreEndpointURLs = r.flag("ignore_configured_endpoint_urls")
	if p.IgnoreEndpointURLs {
		return
	}
	p.EndpointURL = r.text("endpoint_url", checkEndpoint)
	services, ok := r.find("services")
	if !ok {
		return
	}
	s := c.services(services.Value)
	if s == nil {
		r.fail(&ValueError{Origin: services, Want: "the name of a section [services …]"})
		return
	}
	r.note(services)
	values, err := s.values()
	if err != nil {
		r.fail(err)
		return
	}
	for _, service := range []struct {
		name string
		url  *string
	}{{"sts", &p.STSEndpointURL}, {"iam", &p.IAMEndpointURL}} {
		origin, ok, err := s.nested(values, service.name, "endpoint_url")
		if err != nil {
			r.fail(err)
			return
		}
		if !ok {
			continue
		}
		if want := checkEndpoint(origin.Value); want != "" {
			r.fail(&ValueError{Origin: origin, Want: want})
			return
		}
		*service.url = origin.Value
		origin.Key = service.name + ".endpoint_url"
		r.note(origin)
	}
}

// own reads our settings, which describe the key and the person and so are
// taken from the source profile when the profile has none.
func (r *resolver) own() {
	p := r.profile
	p.KeyName = r.exact(prefix+"key", checkKeyName)
	p.Prompt = r.exact(prefix+"prompt", checkPrompt)
	p.MFAProcess = r.exact(prefix+"mfa_process", checkText)
	p.MFASeed = r.exact(prefix+"mfa_seed", checkSeed)
	p.MFASession, _ = r.duration(prefix+"mfa_session", mfaDuration)
	p.MinTTL, p.HasMinTTL = r.duration(prefix+"min_ttl", minTTL)
	p.Confirm = r.flag(prefix + "confirm")
	p.LogOff = r.exact(prefix+"log", checkLog) == "off"
	if p.Source != nil {
		r.inherit()
	}
	if p.KeyName == "" {
		p.KeyName = p.Name
	}
}

// inherit works along a chain too, because the source has inherited already.
func (r *resolver) inherit() {
	p, source := r.profile, r.profile.Source
	take := func(setting string, copy func()) {
		if _, ok := p.Origin(setting); ok {
			return
		}
		copy()
		if origin, ok := source.Origin(setting); ok {
			r.note(origin)
		}
	}
	take(prefix+"key", func() { p.KeyName = source.KeyName })
	take(prefix+"prompt", func() { p.Prompt = source.Prompt })
	take(prefix+"mfa_process", func() { p.MFAProcess = source.MFAProcess })
	take(prefix+"mfa_seed", func() { p.MFASeed = source.MFASeed })
	take(prefix+"mfa_session", func() { p.MFASession = source.MFASession })
	take(prefix+"min_ttl", func() { p.MinTTL, p.HasMinTTL = source.MinTTL, source.HasMinTTL })
	take(prefix+"confirm", func() { p.Confirm = source.Confirm })
	take(prefix+"log", func() { p.LogOff = source.LogOff })
}
