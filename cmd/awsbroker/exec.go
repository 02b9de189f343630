package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// execOptions are the flags of exec, and the command.
type execOptions struct {
	profile   string
	minTTL    time.Duration
	server    bool
	env       bool // the session goes into the environment, whatever the command can do
	with      []string
	allowRoot bool
	narrowed  bool // the command line narrows the session
	shell     bool // the command is the person's shell
	command   []string
}

func newExec(a *app) *cobra.Command {
	var o execOptions
	cmd := &cobra.Command{
		Use:   "exec [PROFILE] [--] [COMMAND [ARGUMENTS…]]",
		Short: "run a command with a session in its environment",
		Long: `Run a command with a session and the profile's region. The session is in its
environment; aws, terraform and other programs that can renew a session get the
address of a server instead. Without a command, start your shell. The command
gets your signals, and you get its exit status.

The first word is the profile if a profile has that name. Everything after -- is
the command. The default profile is AWS_PROFILE, or the only one there is.

A command cannot renew a session in its environment (AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION). The session is
valid for at least another 15 minutes when the command starts, or for --min-ttl, or
awsbroker_min_ttl of the profile. On a terminal, awsbroker warns you five minutes
before the session ends, and tells you if the command failed after the end.

Programs that are known to fetch a session again before it ends (aws, terraform, tofu,
cdk, rclone, restic and others) get theirs as with --server, and a line on a terminal
says so. --env gives them the session in the environment instead.

With --server the command gets no keys, only the address of a server on 127.0.0.1
(AWS_CONTAINER_CREDENTIALS_FULL_URI). AWS tools and SDKs fetch the session there,
again and again. The server renews the session early, never asks at the command's
terminal, and ends with the command. If it needs you and cannot ask, it says so
once on stderr. Then run awsbroker login in another terminal. If the command fails
and never asked the server, awsbroker names the way that works.

With --with, once for each profile, the command gets no keys either: its tools, such
as terraform's providers, name a profile and ask awsbroker for a session. awsbroker
asks for all codes before the command starts. AWS_PROFILE is set to the profile
given by --profile, otherwise to the first.

With --allow-root the command gets a session of the root key in the keychain, for
15 minutes. Such a session cannot call IAM.`,
		Example: `  awsbroker exec -- terraform apply
  awsbroker exec admin aws s3 ls
  awsbroker exec admin                            a shell
  awsbroker exec --server -- ./deploy
  awsbroker exec --with dev --with prod -- terraform apply`,
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			if err := o.readWords(cmd, a, b, args); err != nil {
				return err
			}
			if b, err = a.broker(broker.PersonLimits); err != nil { // with the flags that follow the profile
				return err
			}
			o.narrowed = !b.Narrowing.IsZero()
			return runExec(cmd, a, b, o)
		},
	}
	o.register(cmd, a)
	return cmd
}

// register gives the command its flags, which set the options.
func (o *execOptions) register(cmd *cobra.Command, a *app) {
	f := cmd.Flags()
	profileFlag(cmd, &o.profile, "profile whose session to use")
	f.Var((*span)(&o.minTTL), "min-ttl", "minimum remaining lifetime of the session, like 45m")
	f.BoolVar(&o.server, "server", false, "give the command a server that renews its session")
	f.BoolVar(&o.env, "env", false, "give the command the session in variables")
	f.StringArrayVar(&o.with, "with", nil, "profile that the command's tools can use; may be repeated")
	f.BoolVar(&o.allowRoot, "allow-root", false, "use a session of the root key; if there are several, add --profile")
	narrows(cmd, &a.narrow)
	rare(f, "allow-root")
	f.SetInterspersed(false) // flags after the command are the command's
}

// check refuses flags that contradict each other.
func (o *execOptions) check() error {
	refuse := func(message, hint string) error {
		return failure.New(failure.Usage, "%s", message).Hint("%s", hint)
	}
	switch {
	case o.minTTL < 0:
		return usage(errors.New("--min-ttl takes a remaining lifetime like 45m"))
	case o.allowRoot && o.server:
		return refuse("--server has nothing to do, because awsbroker does not renew a session of the root user", "leave out --server")
	case o.allowRoot && o.minTTL > 0:
		return refuse("a session of the root user lasts 15 minutes, so --min-ttl has no effect", "leave out --min-ttl")
	case o.allowRoot && len(o.with) > 0:
		return refuse("--allow-root is for a root key, and --with for profiles", "leave out one of them")
	case o.narrowed && o.allowRoot:
		return refuse("a session of the root user has no role, and only the session of a role can be limited", "leave out --allow-root")
	case o.narrowed && len(o.with) > 0:
		return refuse("--read-only and session policies do not reach the profiles of --with, which get sessions of their own", "write session_policy_arns into these profiles, or run exec for one of them")
	case o.env && o.server:
		return refuse("--env gives the command a session, and --server the address of a server", "leave out one of them")
	case o.env && len(o.with) > 0:
		return refuse("--env gives the command a session, and --with gives it profiles", "leave out one of them")
	case o.server && len(o.with) > 0:
		return refuse("--server is for one session; --with gives the command profiles, whose sessions are renewed without it", "leave out --server")
	}
	return nil
}

func runExec(cmd *cobra.Command, a *app, b *broker.Broker, o execOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.shell = len(o.command) == 0; o.shell {
		o.command = []string{defaultShell()}
	}
	path, err := findCommand(o.command[0])
	if err != nil { // before a code is asked for
		return o.suggest(b, err, cmd.ArgsLenAtDash() == 0)
	}
	b.Program = o.command[0]
	set, end, err := a.way(o)(cmd, b, o)
	if err != nil {
		return err
	}
	r := execRun{
		app: a, o: o, path: path, environ: variables.Environ(a.environ, set), end: end,
		profile: &config.Profile{Name: variableIn(set, variables.ProfileName), Narrowed: b.Narrowing},
		served:  variableIn(set, containerURI) != "",
	}
	r.expires, _ = time.Parse(time.RFC3339, variableIn(set, "AWS_CREDENTIAL_EXPIRATION"))
	r.tellWay()
	if cmd.Context().Err() != nil { // Ctrl-C after the code was typed: the session is kept, the command is not run
		end()
		return failure.New(failure.NeedPerson, "cancelled: %s was not started", o.command[0])
	}
	if o.shell {
		a.greet(set)
	}
	return r.start()
}

// greet says what shell begins: nothing in it looks other than outside.
func (a *app) greet(set []variables.Variable) {
	text := "this shell has a session"
	if profile := variableIn(set, variables.ProfileName); profile != "" {
		text = "this shell is for profile " + profile
	}
	if end, err := time.Parse(time.RFC3339, variableIn(set, "AWS_CREDENTIAL_EXPIRATION")); err == nil {
		text += fmt.Sprintf(", until %s (%s)", end.Local().Format("15:04"), say.Duration(time.Until(end)))
	}
	a.Step(text + "; exit leaves it")
	if outer := os.Getenv(variables.ProfileName); outer != "" {
		a.Warn("it is inside a shell for profile " + outer)
	}
}

// giveSession gives the session itself to the command.
func (a *app) giveSession(cmd *cobra.Command, b *broker.Broker, o execOptions) ([]variables.Variable, func() visits, error) {
	profile, s, err := a.execSession(cmd, b, o)
	if err != nil {
		return nil, nil, err
	}
	if left := s.Left(time.Now()); left < broker.CommandMinLeft {
		a.Warn("the session ends in " + say.Duration(left) + ", and the command cannot renew it")
	}
	region, err := b.ChildRegion(profile)
	return append(o.variables(plain(s, region)), variables.OfProfile(profile)...), noServer, err
}

// execSession gets the session of the profile that exec is for.
func (a *app) execSession(cmd *cobra.Command, b *broker.Broker, o execOptions) (profile string, s session.Session, err error) {
	if profile, err = a.choose(b, o.profile); err != nil {
		return "", s, err
	}
	want, err := b.WantForCommand(profile, o.minTTL)
	if err != nil {
		return "", s, err
	}
	if s, err = b.Session(cmd.Context(), profile, want); err != nil {
		return "", s, err
	}
	return profile, s, tooShort(b, profile, s, want)
}

// tooShort returns a failure if AWS made the session shorter than --min-ttl.
func tooShort(b *broker.Broker, profile string, s session.Session, want broker.Want) error {
	left := s.Left(time.Now())
	if !want.Strict || left >= want.MinLeft-time.Minute { // it had it a moment ago
		return nil
	}
	return failure.New(failure.Other, "the new session has %s left, less than --min-ttl", say.Duration(left)).
		Hint("use a shorter --min-ttl, or have the session renewed: %s", failure.ServerCommand(&config.Profile{Name: profile, Narrowed: b.Narrowing}))
}

// giveRootSession gives the session of a root key, which a person allowed with
// --allow-root.
func (a *app) giveRootSession(cmd *cobra.Command, b *broker.Broker, o execOptions) ([]variables.Variable, func() visits, error) {
	s, region, err := b.RootSession(cmd.Context(), o.profile)
	return o.variables(plain(s, region)), noServer, err
}

// variables are those in which the command gets a session.
func (o *execOptions) variables(s variables.Session) []variables.Variable {
	if o.shell {
		return variables.Of(s)
	}
	return variables.OfCommand(s)
}
