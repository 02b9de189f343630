package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/variables"
)

var (
	envKeys = findingKind("env-keys", Warning,
		"most AWS tools take the keys of the environment, whatever AWS_PROFILE says")
	envOldKeys = findingKind("env-old-keys", Warning,
		"Go programs and s3cmd take this key, whatever AWS_PROFILE says, and the AWS CLI does not read it")
	envSessionOver = findingKind("env-session-over", Warning,
		"the AWS CLI and boto3 fail if the session in the environment is over, and do not ask for another")
	envRole = findingKind("env-role", Warning,
		"most SDKs sign in as that role, whatever AWS_PROFILE says")
	envProfileMissing = findingKind("env-profile-missing", Serious,
		"the AWS CLI, boto3 and Terraform fail if the profile does not exist, even if there are keys")
	envProfilesDiffer = findingKind("env-profiles-differ", Warning,
		"boto3 takes AWS_DEFAULT_PROFILE and the AWS CLI and the SDKs take AWS_PROFILE")
	envLoadConfig = findingKind("env-load-config", Warning,
		"old Go programs do not read ~/.aws/config then, and find no profile of awsbroker's")
	envFileUnexpanded = findingKind("env-file-unexpanded", Warning,
		"boto3 replaces ~ and $ in that variable, and Go programs look for a file of that very name")
	envFileMissing = findingKind("env-file-missing", Warning,
		"every AWS tool treats a missing file like an empty one")
	envEndpoint = findingKind("env-endpoint", Warning,
		"MFA codes and signatures go to that host, and sessions come from it")
	envProxy = findingKind("env-proxy", Serious,
		"Go programs silently ignore a proxy whose address they cannot read, and the AWS CLI uses it")
	clockOff = findingKind("clock-off", Warning,
		"MFA codes are accepted for a minute or two, and AWS refuses signatures that are 5 minutes old")
	clockWrong = findingKind("clock-wrong", Serious,
		"AWS refuses the signatures of boto3, both AWS CLIs, the SDKs for JavaScript v2 and Go v1, or will soon; the SDKs for Go v2 and JavaScript v3 use AWS's clock, as awsbroker does")
)

// lookAtEnvironment looks for variables that come before the profiles.
func (d *doctor) lookAtEnvironment() (string, error) {
	if id := os.Getenv("AWS_ACCESS_KEY_ID"); id != "" {
		ours := os.Getenv(variables.ProfileName)
		if ours == "" {
			d.found(envKeys, Finding{
				Title: fmt.Sprintf("AWS_ACCESS_KEY_ID is set (%s)", credential.ShowID(id)),
				Mend:  say.UnsetVariables("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
			})
		}
		if at, err := time.Parse(time.RFC3339, os.Getenv("AWS_CREDENTIAL_EXPIRATION")); err == nil && at.Before(d.now) {
			mend := say.UnsetVariables("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION")
			if ours != "" {
				mend = "exit" // the shell of awsbroker's that has it
			}
			d.found(envSessionOver, Finding{
				Title: fmt.Sprintf("AWS_CREDENTIAL_EXPIRATION says that the session in the environment ended %s ago", say.Duration(d.now.Sub(at))),
				Mend:  mend,
			})
		}
	}
	if id := os.Getenv("AWS_ACCESS_KEY"); id != "" {
		d.found(envOldKeys, Finding{
			Title: fmt.Sprintf("AWS_ACCESS_KEY is set (%s)", credential.ShowID(id)), Mend: say.UnsetVariables("AWS_ACCESS_KEY", "AWS_SECRET_KEY")})
	}
	if os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "" {
		d.found(envRole, Finding{Title: "AWS_WEB_IDENTITY_TOKEN_FILE is set", Mend: say.UnsetVariables("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME")})
	}
	if v, set := os.LookupEnv("AWS_SDK_LOAD_CONFIG"); set && !truthy(v) {
		d.found(envLoadConfig, Finding{Title: fmt.Sprintf("AWS_SDK_LOAD_CONFIG is %q", v), Mend: say.SetVariable("AWS_SDK_LOAD_CONFIG", "1")})
	}
	d.lookAtProfileVariables()
	d.lookAtFileVariables()
	d.lookAtEndpointVariables()
	if err := awsapi.CheckProxy(); err != nil {
		d.found(envProxy, Finding{Title: err.Error(),
			Advice: "in its user name and password, replace special characters with % and two digits, like %25 for %"})
	}
	return "environment", nil
}

// truthy is strconv.ParseBool of the old Go SDK.
func truthy(v string) bool {
	switch strings.ToLower(v) {
	case "1", "t", "true":
		return true
	}
	return false
}

func (d *doctor) lookAtProfileVariables() {
	one, other := os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")
	for _, v := range []struct{ name, value string }{{"AWS_PROFILE", one}, {"AWS_DEFAULT_PROFILE", other}} {
		if _, set := os.LookupEnv(v.name); set && v.value == "" {
			d.found(envProfileMissing, Finding{
				Title: v.name + " is empty, which boto3 takes for the name of a profile", Mend: say.UnsetVariables(v.name)})
		}
		if v.value != "" && d.files && !d.cfg.Has(v.value) {
			d.found(envProfileMissing, Finding{
				Title: fmt.Sprintf("%s names the profile %q, which does not exist", v.name, v.value), Mend: say.UnsetVariables(v.name)})
		}
	}
	if one != "" && other != "" && one != other {
		d.found(envProfilesDiffer, Finding{
			Title: fmt.Sprintf("AWS_PROFILE is %q and AWS_DEFAULT_PROFILE is %q", one, other), Mend: say.UnsetVariables("AWS_DEFAULT_PROFILE")})
	}
}

func (d *doctor) lookAtFileVariables() {
	for _, v := range []struct{ name, path string }{
		{"AWS_CONFIG_FILE", d.broker.Paths.Config}, {"AWS_SHARED_CREDENTIALS_FILE", d.broker.Paths.Credentials},
	} {
		value := os.Getenv(v.name)
		if value == "" {
			continue
		}
		if strings.HasPrefix(value, "~") || strings.Contains(value, "$") || !filepath.IsAbs(value) {
			d.found(envFileUnexpanded, Finding{
				Title: fmt.Sprintf("%s is %q, which is not an absolute path", v.name, value), Mend: say.SetVariable(v.name, v.path)})
		}
		if _, err := os.Stat(v.path); err != nil {
			d.found(envFileMissing, Finding{
				Title: fmt.Sprintf("%s names a file that does not exist: %s", v.name, v.path), Mend: say.UnsetVariables(v.name)})
		}
	}
}

func (d *doctor) lookAtEndpointVariables() {
	if awsapi.EnvBool("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", false) {
		return
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"} {
		e, service := awsapi.Endpoint{URL: os.Getenv(name)}, "sts"
		if name == "AWS_ENDPOINT_URL_IAM" {
			service = "iam"
		}
		if !e.IsAWS(service) && !e.IsLocal() {
			d.found(envEndpoint, Finding{Title: name + " names a host that is not AWS's: " + e.Host(), Mend: say.UnsetVariables(name)})
		}
	}
}

// The clock may be this far off.
const (
	clockTolerance = time.Minute
	clockPatience  = 4 * time.Second // for AWS to say what time it is
)

// askTheTime asks AWS what time it is, in the background: it may take a while
// to find out that AWS cannot be reached.
func (d *doctor) askTheTime(ctx context.Context) func() (string, error) {
	endpoint := d.broker.PlainEndpoint("")
	if len(d.targets) > 0 {
		endpoint = d.targets[0].Endpoint
	}
	var offset time.Duration
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(ctx, clockPatience)
		defer cancel()
		var client *sts.Client
		if client, err = sts.New(endpoint); err == nil {
			offset, err = client.ClockOffset(ctx)
		}
	}()
	return func() (string, error) {
		if !finished(done, time.Second) {
			d.broker.Report.Step("asking AWS what time it is")
			<-done
		}
		if err != nil {
			return "", fmt.Errorf("AWS did not say what time it is: %w", err)
		}
		d.lookAtClock(offset)
		return "clock", nil
	}
}

func finished(done <-chan struct{}, within time.Duration) bool {
	select {
	case <-done:
		return true
	case <-time.After(within):
		return false
	}
}

func (d *doctor) lookAtClock(ahead time.Duration) {
	f := Finding{Title: "this machine's clock is " + failure.ClockText(ahead), Advice: "set the clock, for example with", Mend: "sudo timedatectl set-ntp true"}
	switch off := ahead.Abs(); {
	case off > awsapi.ClockLimit:
		d.found(clockWrong, f)
	case off > clockTolerance:
		d.found(clockOff, f)
	}
}
