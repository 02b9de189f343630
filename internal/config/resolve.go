package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/awsbroker/awsbroker/internal/near"
)

// Resolve reads one profile and, through source_profile, those it builds on.
//
// What is inherited is what the AWS CLI inherits: nothing from [default]
// unless it is the source_profile, and from a source only who signs. So
// mfa_serial, region and the endpoints are the profile's own, whatever the
// source says (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html).
// The awsbroker_ settings that describe the key and the person are looked up
// in the profile, else in its source; those of [Shared] else in [default].
//
// The error is an *UnknownProfileError, *CycleError, *NotOursError,
// *ParseError, *ValueError, *RoleSessionError, *SecurityKeyError or
// *PartitionError.
func (c *Config) Resolve(name string) (*Profile, error) {
	if !c.Has(name) {
		return nil, c.unknown(name, nil)
	}
	return c.resolve(name, nil)
}

// unknown returns the error for a profile that neither file has; from is the
// source_profile that names it, or nil.
func (c *Config) unknown(name string, from *Origin) *UnknownProfileError {
	e := &UnknownProfileError{Name: name, Files: [2]string{c.config.path, c.credentials.path}, From: from, Nearest: near.Names(name, c.Names())}
	if s := c.config.bare(name); s != nil {
		e.Bare = &Origin{File: s.path, Line: s.line, Section: s.name}
	}
	return e
}

// resolve reads a profile; chain has the names of the profiles that led to it.
func (c *Config) resolve(name string, chain []string) (*Profile, error) {
	view, err := c.view(name)
	if err != nil {
		return nil, err
	}
	r := &resolver{view: view, profile: &Profile{Name: name}}
	if err := r.readSource(c, append(slices.Clip(chain), name)); err != nil {
		return nil, err
	}
	if err := r.refuseOtherWays(); err != nil {
		return nil, err
	}
	r.readAWS()
	r.readEndpoints(c)
	r.readOwn(c)
	r.setPartition()
	r.readRoleSession()
	if r.err != nil {
		return nil, r.err
	}
	r.findProblems()
	return r.profile, nil
}

// readSource reads source_profile and resolves the profile that it names.
func (r *resolver) readSource(c *Config, chain []string) error {
	p := r.profile
	p.CredentialProcess = r.readExact("credential_process", checkText)
	roleARN, hasRole := r.findSetting("role_arn")
	origin, ok := r.findSetting("source_profile")
	if r.err != nil || !ok {
		return r.err
	}
	if err := checkText(origin.Value); err != "" {
		return &ValueError{Origin: origin, Want: err}
	}
	name := origin.Value
	if name == p.Name && hasRole && roleARN.Value != "" {
		// AWS's way to say that a role profile holds its own key.
		r.noteOrigin(origin)
		p.SourceProfile = name
		return nil
	}
	if i := slices.Index(chain, name); i >= 0 {
		return &CycleError{Origin: origin, Cycle: append(slices.Clone(chain[i:]), name)}
	}
	isKey := !c.Has(name) && c.hasKey != nil && c.hasKey(name)
	if !isKey && !c.Has(name) {
		return c.unknown(name, &origin)
	}
	r.noteOrigin(origin)
	p.SourceProfile = name
	if isKey {
		r.sourceKey = name
		return nil
	}
	source, err := c.resolve(name, chain)
	var notOurs *NotOursError
	if _, hasKey := r.findOption(prefix + "key"); hasKey && errors.As(err, &notOurs) {
		return nil // the profile has a key of its own and needs no other
	}
	p.Source = source
	if err == nil && source.RoleARN != "" {
		return c.refuseKeyAndRole(name)
	}
	return err
}

// refuseKeyAndRole refuses a source that has a role and an access key in clear:
// botocore signs with the key, the Go SDK assumes the source's role first.
func (c *Config) refuseKeyAndRole(name string) error {
	file, line, ok := c.StaticKeys(name)
	if !ok {
		return nil
	}
	return &ParseError{Path: file, Line: line, Problem: fmt.Sprintf("profile %q is a source profile with both a role and "+
		"a plaintext access key, and AWS tools do not agree which one to use: move the role to another profile, or the key with: awsbroker add --from-profile %s", name, quoteName(name))}
}

// readAWS reads the settings that AWS's own tools know.
func (r *resolver) readAWS() {
	p := r.profile
	p.RoleARN = r.readText("role_arn", checkRoleARN)
	p.MFASerial = r.readText("mfa_serial", checkMFASerial)
	p.RoleSessionName = r.readText("role_session_name", checkSessionName)
	p.ExternalID = r.readText("external_id", checkExternalID)
	p.Duration, _ = r.readDuration("duration_seconds", roleDuration)
	p.Region = r.readText("region", CheckRegion)
	p.CABundle = expandHome(r.readText("ca_bundle", checkText))
	p.UseFIPS = r.readFlag("use_fips_endpoint")
	p.UseDualStack = r.readFlag("use_dualstack_endpoint")
}

// readEndpoints reads endpoint_url and the services section, of which the services
// section wins (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
func (r *resolver) readEndpoints(c *Config) {
	p := r.profile
	p.IgnoreEndpointURLs = r.readFlag("ignore_configured_endpoint_urls")
	if p.IgnoreEndpointURLs {
		return
	}
	p.EndpointURL = r.readText("endpoint_url", checkEndpoint)
	services, ok := r.findSetting("services")
	if !ok {
		return
	}
	s := c.services(services.Value)
	if s == nil {
		r.fail(&ValueError{Origin: services, Want: "the name of a section [services …]"})
		return
	}
	r.noteOrigin(services)
	values, err := s.readValues()
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
		r.noteOrigin(origin)
	}
}
