// Package helper knows the commands of a person's that awsbroker runs for a code
// (awsbroker_mfa_process), where they run awsbroker again.
package helper

import (
	"net/url"
	"os"
	"slices"
	"strings"

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

// StartedUs reports whether such a command started this run.
func StartedUs() bool { return os.Getenv(chainVariable) != "" }

// CheckProfile refuses a run that a helper command of the same profile
// started.
func CheckProfile(profile string) error {
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

// GivesCodesOf reports whether the code of an MFA device is just to come from the command
// that started this run: it waits for this run, which must not wait for it.
func GivesCodesOf(device string) bool {
	return slices.Contains(strings.Split(os.Getenv(deviceVariable), ","), url.QueryEscape(device))
}

// Environ returns the environment of the command that gives the codes of a device for a
// profile, from that of this run.
func Environ(ours []string, profile, device string) ([]string, error) {
	if err := CheckProfile(profile); err != nil {
		return nil, err
	}
	environ := slices.DeleteFunc(prompt.ChildEnviron(ours), func(kv string) bool {
		return strings.HasPrefix(kv, chainVariable+"=") || strings.HasPrefix(kv, deviceVariable+"=")
	})
	return append(environ,
		chainVariable+"="+withLink(chainVariable, profile),
		deviceVariable+"="+withLink(deviceVariable, url.QueryEscape(device))), nil
}

// withLink returns a chain with one more link.
func withLink(variable, link string) string {
	if before := os.Getenv(variable); before != "" {
		return before + "," + link
	}
	return link
}
