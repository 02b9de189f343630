package broker

import (
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/prompt"
)

// chainVariable lists the profiles whose helper commands are running, as the
// AWS CLI does with _AWS_CLI_PROFILE_CHAIN: a helper that comes back to one of
// them would go round for ever.
// https://github.com/aws/aws-cli/blob/develop/awscli/customizations/configure/exportcreds.py
const chainVariable = "_AWSBROKER_PROFILE_CHAIN"

// maxChain is how deep helpers may start helpers.
const maxChain = 4

// InHelper reports whether a helper command of awsbroker's started this run.
func InHelper() bool { return os.Getenv(chainVariable) != "" }

// CheckRecursion refuses a run that a helper command of the same profile
// started.
func CheckRecursion(profile string) error {
	chain := os.Getenv(chainVariable)
	if chain == "" {
		return nil
	}
	profiles := strings.Split(chain, ",")
	if slices.Contains(profiles, profile) || len(profiles) >= maxChain {
		return failed(Other, "profile %q comes back to itself: %s", prompt.Clean(profile), prompt.Clean(strings.Join(append(profiles, profile), " -> "))).
			hint("look for a helper command in these profiles that uses one of them")
	}
	return nil
}

// helperEnviron is the environment of a helper command of this target.
func (r *request) helperEnviron() ([]string, error) {
	if err := CheckRecursion(r.Profile.Name); err != nil {
		return nil, err
	}
	chain := r.Profile.Name
	if before := os.Getenv(chainVariable); before != "" {
		chain = before + "," + chain
	}
	environ := slices.DeleteFunc(prompt.ChildEnviron(r.Environ), func(kv string) bool {
		return strings.HasPrefix(kv, chainVariable+"=")
	})
	return append(environ, chainVariable+"="+chain), nil
}
