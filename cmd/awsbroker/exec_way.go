package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/clients"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// giving is a way of giving credentials to a command. It returns the environment
// variables that lead to the credentials, and end, which is called if the command does
// not start or, where the command does not take the place of this process, after it.
type giving func(*cobra.Command, *broker.Broker, execOptions) (set []variables.Variable, end func() visits, err error)

func noServer() visits { return unknownVisits }

// way returns how the command gets credentials. A program that is known to fetch its
// session again before it ends is served, so that a long run does not fail in its middle.
func (a *app) way(o execOptions) giving {
	switch client := o.client(); {
	case o.allowRoot:
		return a.giveRootSession
	case o.server:
		return a.giveServer
	case len(o.with) > 0:
		return a.giveProfiles
	case client != nil && client.Again && !o.env:
		return a.giveServer
	}
	return a.giveSession
}

// client returns what is known of the command's program, or nil.
func (o *execOptions) client() *clients.Client { return clients.Find(programName(o.command[0])) }

// variableIn returns the value of a variable in set, or "".
func variableIn(set []variables.Variable, name string) string {
	i := slices.IndexFunc(set, func(v variables.Variable) bool { return v.Name == name })
	if i < 0 {
		return ""
	}
	return set[i].Value
}
