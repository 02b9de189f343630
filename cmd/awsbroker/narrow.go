package main

import (
	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// narrowFlags are the flags that narrow the session of a role.
type narrowFlags struct {
	readOnly bool
	policies []string // of which there may be one
	arns     []string
}

// narrows adds them to a command that gives out sessions, or writes a profile that does.
func narrows(cmd *cobra.Command, n *narrowFlags) {
	f := cmd.Flags()
	f.BoolVar(&n.readOnly, "read-only", false, "a session that can only read (AWS's ReadOnlyAccess)")
	f.StringArrayVar(&n.policies, "session-policy", nil, "JSON, or a file: the session can do only what it allows")
	f.StringArrayVar(&n.arns, "session-policy-arn", nil, "the same with a managed policy; may be repeated")
	rare(f, "session-policy", "session-policy-arn")
}

// narrowing returns what the flags say, checked.
func (n narrowFlags) narrowing() (config.Narrowing, error) {
	out := config.Narrowing{ReadOnly: n.readOnly, PolicyARNs: n.arns}
	if len(n.policies) > 1 {
		return out, failure.New(failure.Usage, "AWS accepts one inline policy for a session").
			Hint("join the policies, or name managed ones with %s", config.FlagPolicyARN)
	}
	for _, value := range n.policies {
		if err := out.SetPolicy(value); err != nil {
			return out, failure.OfConfig(err)
		}
	}
	if err := out.Check(); err != nil {
		return out, failure.OfConfig(err)
	}
	return out, nil
}
