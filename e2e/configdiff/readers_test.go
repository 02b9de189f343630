package configdiff

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"github.com/awsbroker/awsbroker/internal/config"
)

// settings are what is compared of a profile.
var settings = []string{
	"region", "role_arn", "source_profile", "mfa_serial", "external_id", "role_session_name",
	"duration_seconds", "credential_process", "endpoint_url", "sts.endpoint_url",
}

// pair is the two files of one machine.
type pair struct {
	name                string
	config, credentials string
	configPath          string
	credentialsPath     string
}

// write puts the pair where all readers find it.
func (p *pair) write(t testing.TB, dir string) {
	t.Helper()
	p.configPath, p.credentialsPath = filepath.Join(dir, p.name+".config"), filepath.Join(dir, p.name+".credentials")
	for path, text := range map[string]string{p.configPath: p.config, p.credentialsPath: p.credentials} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// line is one line of one of the files, counted from 1.
func (p *pair) line(o config.Origin) string {
	text := p.config
	if o.File == p.credentialsPath {
		text = p.credentials
	}
	lines := strings.Split(text, "\n")
	if o.Line < 1 || o.Line > len(lines) {
		return ""
	}
	return lines[o.Line-1]
}

// reading is what one reader makes of a pair.
type reading struct {
	refused  string // why the files as a whole cannot be used
	err      error
	profiles map[string]*profile
}

// profile is one as a reader sees it. A setting without a value is as one
// that is not there: no reader uses it.
type profile struct {
	refused string
	err     error
	values  map[string]string
	origins map[string]config.Origin // ours only
	raw     map[string]*string       // botocore's only: all settings, nil for a block
	noSTS   bool                     // does not know services sections
}

// ours reads with awsbroker.
func ours(p *pair) reading {
	c, err := config.Load(p.configPath, p.credentialsPath)
	if err != nil {
		return reading{refused: err.Error(), err: err}
	}
	r := reading{profiles: map[string]*profile{}}
	for _, name := range c.Names() {
		is, err := c.Resolve(name)
		if err != nil {
			r.profiles[name] = &profile{refused: err.Error(), err: err}
			continue
		}
		mine := &profile{origins: map[string]config.Origin{}, values: map[string]string{
			"region": is.Region, "role_arn": is.RoleARN, "source_profile": is.SourceProfile, "mfa_serial": is.MFASerial,
			"external_id": is.ExternalID, "role_session_name": is.RoleSessionName, "credential_process": is.CredentialProcess,
			"endpoint_url": is.EndpointURL, "sts.endpoint_url": is.STSEndpointURL,
		}}
		if is.Duration > 0 {
			mine.values["duration_seconds"] = strconv.Itoa(int(is.Duration.Seconds()))
		}
		for _, s := range settings {
			mine.origins[s], _ = is.Origin(s)
		}
		r.profiles[name] = mine
	}
	return r
}

// goSDK reads with aws-sdk-go-v2, which has to be asked for each name.
func goSDK(p *pair, names []string) reading {
	r := reading{profiles: map[string]*profile{}}
	for _, name := range names {
		is, err := loadGo(p, name)
		var missing awsconfig.SharedConfigProfileNotExistError
		if errors.As(err, &missing) && missing.Profile == name {
			continue
		}
		if err != nil {
			r.profiles[name] = &profile{refused: err.Error(), err: err}
			continue
		}
		its := &profile{values: map[string]string{
			"region": is.Region, "role_arn": is.RoleARN, "source_profile": is.SourceProfileName, "mfa_serial": is.MFASerial,
			"external_id": is.ExternalID, "role_session_name": is.RoleSessionName, "credential_process": is.CredentialProcess,
			"endpoint_url": is.BaseEndpoint, "sts.endpoint_url": is.Services.ServiceValues["sts"]["endpoint_url"],
		}}
		if d := is.RoleDurationSeconds; d != nil && *d > 0 {
			its.values["duration_seconds"] = strconv.Itoa(int(d.Seconds()))
		}
		r.profiles[name] = its
	}
	return r
}

// loadGo makes an error of a panic, of which the SDK has at least one.
func loadGo(p *pair, name string) (is awsconfig.SharedConfig, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return awsconfig.LoadSharedConfigProfile(context.Background(), name, func(o *awsconfig.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles = []string{p.configPath}, []string{p.credentialsPath}
	})
}
