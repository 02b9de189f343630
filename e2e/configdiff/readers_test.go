package configdiff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
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
func (p *pair) write(t *testing.T, dir string) {
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

// botocores finds the versions on this machine: Debian's must be there where
// AWSBROKER_MUST_NOT_SKIP is set, pyenv's is tested where it is.
func botocores(t *testing.T) []string {
	t.Helper()
	var pythons []string
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		path, err := exec.LookPath(python)
		if err != nil || exec.Command(path, "-c", "import botocore").Run() != nil {
			if python == "/usr/bin/python3" && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
				t.Fatalf("%s has no botocore: install python3-boto3", python)
			}
			continue
		}
		if len(pythons) == 0 || path != pythons[0] {
			pythons = append(pythons, path)
		}
	}
	if len(pythons) == 0 {
		t.Skip("no python3 with botocore is here")
	}
	return pythons
}

// botocore reads all pairs in one process.
func botocore(t *testing.T, python string, pairs []*pair) (version string, readings []reading) {
	t.Helper()
	var paths [][2]string
	for _, p := range pairs {
		paths = append(paths, [2]string{p.configPath, p.credentialsPath})
	}
	in, err := json.Marshal(paths)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-W", "ignore", "testdata/read.py")
	cmd.Stdin = strings.NewReader(string(in))
	cmd.Stderr = os.Stderr
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", python, err)
	}
	var answer struct {
		Version string
		Files   []struct {
			Refused  string
			Profiles map[string]struct {
				Values   map[string]*string
				Seconds  string
				STS      string
				STSKnown bool   `json:"sts_known"`
				WhyNot   string `json:"why_not"`
			}
		}
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%s: %v", python, err)
	}
	for _, file := range answer.Files {
		r := reading{refused: file.Refused, profiles: map[string]*profile{}}
		for name, p := range file.Profiles {
			its := &profile{refused: p.WhyNot, raw: p.Values, noSTS: !p.STSKnown, values: map[string]string{
				"duration_seconds": p.Seconds, "sts.endpoint_url": p.STS,
			}}
			for _, s := range settings {
				if v := p.Values[s]; v != nil && s != "duration_seconds" {
					its.values[s] = *v
				}
			}
			r.profiles[name] = its
		}
		readings = append(readings, r)
	}
	return answer.Version, readings
}
