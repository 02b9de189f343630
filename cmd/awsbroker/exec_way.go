package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/clients"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// giving is a way of giving credentials to a command. It returns the environment
// variables that lead to the credentials, and end, which is called if the command does
// not start or, where the command cannot take the place of this process, after it.
type giving func(*cobra.Command, *broker.Broker, execOptions) (set []variables.Variable, end func(), err error)

func nothing() {}

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

// tellWay says that the command is served without a --server, and where it is known not to
// find its session, how it would.
func (a *app) tellWay(o execOptions, p *config.Profile, served bool) {
	client := o.client()
	program := programName(o.command[0])
	switch {
	case client == nil || o.allowRoot || len(o.with) > 0:
	case served && !o.server:
		if a.stderr.IsTerminal() { // a script has nobody to tell
			a.Step("the session of " + program + " is renewed as it runs (--env: variables)")
		}
	case client.Format != "" && !client.Variables:
		a.Warn(program + " reads none of AWS's variables, but its own")
		a.advise(`in a shell: eval "$(awsbroker export ` + say.ShellWord(p.Name) + " --format " + client.Format + `)"`)
	case !client.Variables:
		a.Warn(program + " sends no session token, so AWS refuses it")
	case o.server && !client.Container:
		a.Warn(program + " fetches no session from a server (AWS_CONTAINER_CREDENTIALS_FULL_URI)")
		a.advise("leave out --server, or run: " + failure.EnvCommand(p))
	}
}

// variableIn returns the value of a variable in set, or "".
func variableIn(set []variables.Variable, name string) string {
	i := slices.IndexFunc(set, func(v variables.Variable) bool { return v.Name == name })
	if i < 0 {
		return ""
	}
	return set[i].Value
}
