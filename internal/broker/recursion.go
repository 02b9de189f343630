package broker

import (
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
)

// chainVariable lists the profiles whose helper commands are running, as the
// AWS CLI does with _AWS_CLI_PROFILE_CHAIN: a helper that comes back to one of
// them would go round for ever.
// https://github.com/aws/aws-cli/blob/develop/awscli/customizations/configure/exportcreds.py
const chainVariable = "_AWSBROKER_PROFILE_CHAIN"

// deviceVariable lists the MFA devices that those commands give codes of.
const deviceVariable = "_AWSBROKER_DEVICE_CHAIN"

// maxChain is how many helpers may run that were each started by the one before.
const maxChain = 4

// InHelper reports whether a helper command of awsbroker's started this run.
func InHelper() bool { return os.Getenv(chainVariable) != "" }

// checkRecursion refuses a run that a helper command of the same profile
// started.
func checkRecursion(profile string) error {
	chain := os.Getenv(chainVariable)
	if chain == "" {
		return nil
	}
	profiles := strings.Split(chain, ",")
	if slices.Contains(profiles, profile) || len(profiles) >= maxChain {
		return failure.New(failure.Other, "profile %q needs itself: %s", profile, strings.Join(append(profiles, profile), " -> ")).
			Hint("find the helper command in these profiles that uses one of them")
	}
	return nil
}

// checkDevice refuses to wait for the lock of an MFA device whose code is just to come
// from the helper that started this run: the helper waits for this run. The check is
// made before locks of roles are taken, since the helper may hold one of them, too.
func (r *request) checkDevice() error {
	t := r.target.first()
	if !r.target.Asks(r.actor.Cache, time.Now()) || !slices.Contains(strings.Split(os.Getenv(deviceVariable), ","), url.QueryEscape(t.Profile.MFASerial)) {
		return nil
	}
	return failure.New(failure.Other, "the command that gets MFA codes needs an MFA code of the same device (profile %s)", t.Profile.Name).
		Hint("use another device, or none, in awsbroker_mfa_process, or log in first: %s", failure.LoginCommand(t.Profile))
}

// helperEnviron returns the environment of a helper command of this target.
func (r *request) helperEnviron() ([]string, error) {
	if err := checkRecursion(r.target.Profile.Name); err != nil {
		return nil, err
	}
	environ := slices.DeleteFunc(prompt.ChildEnviron(r.run.Environ), func(kv string) bool {
		return strings.HasPrefix(kv, chainVariable+"=") || strings.HasPrefix(kv, deviceVariable+"=")
	})
	return append(environ,
		chainVariable+"="+withLink(chainVariable, r.target.Profile.Name),
		deviceVariable+"="+withLink(deviceVariable, url.QueryEscape(r.target.Profile.MFASerial))), nil
}

// withLink returns a chain with one more link.
func withLink(variable, link string) string {
	if before := os.Getenv(variable); before != "" {
		return before + "," + link
	}
	return link
}
