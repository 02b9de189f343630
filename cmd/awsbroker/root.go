package main

import (
	"context"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/near"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// app is what all commands share: the streams, and the global flags.
type app struct {
	stdout         io.Writer   // for the answer alone
	screen, stderr *say.Screen // standard output and error, for people
	color          say.Color
	environ        []string // as it was before package start
	started        time.Time
	command        string          // the one that runs
	ctx            context.Context // of it: what is asked ends with it

	region   string
	keystore string
	prompt   string
	mfaCode  string
	codeRead bool // mfaCode was "-" and is what standard input said
	debug    bool

	endpointIsMine bool
	narrow         narrowFlags

	oneLine  bool // the caller shows one line of an error (credential-process)
	yes      bool // --yes: no questions
	approved bool // a person agreed to what a coding agent runs

	agent caller.Agent // that the command works for; not looked for where the command is harmless

	run *broker.Broker // the one that Confirm asks through
}

const rootHelp = `awsbroker keeps your AWS access key in the keychain and gives AWS tools sessions
of one hour, for one MFA code an hour.

  awsbroker bootstrap                   set up a new account with its root key
  awsbroker add phoebe                  or store the access key of a user
  awsbroker setup admin --key phoebe    write the profile into ~/.aws/config
  aws s3 ls --profile admin             use any AWS tool
  awsbroker exec -- terraform apply     or run a command with the session
`

// newRoot makes the command line, with one command of it or, if only is empty,
// all of them.
func newRoot(a *app, only string) *cobra.Command {
	root := &cobra.Command{
		Use:           "awsbroker",
		Short:         "sessions for AWS tools from a key in the keychain",
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return runRoot(cmd, a) },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SuggestionsMinimumDistance = 2 // letters that a mistyped command may differ by
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		a.command, a.ctx = cmd.Name(), cmd.Context()
		return a.admit(cmd, args)
	}
	root.Flags().BoolP("version", "v", false, "version for awsbroker")
	f := root.PersistentFlags()
	f.StringVar(&a.region, "region", "", "region to call AWS STS in")
	f.StringVar(&a.keystore, "keystore", os.Getenv("AWSBROKER_KEYSTORE"), "keychain that has the keys: keychain, wincred, secret-service, pass or file")
	f.StringVar(&a.prompt, "prompt", os.Getenv("AWSBROKER_PROMPT"), "ways to ask, in order: a list of command, terminal, pinentry, dialog (or zenity, kdialog, osascript, powershell), none")
	f.StringVar(&a.mfaCode, "mfa-code", "", "MFA code to use instead of asking; - reads it from stdin (other users can see arguments)")
	f.BoolVar(&a.endpointIsMine, "endpoint-is-mine", false, "also send codes of awsbroker_mfa_seed to an address that is not AWS's own")
	f.Var(&a.color, "color", "use colors: auto, always or never")
	f.BoolVar(&a.debug, "debug", false, "log each step to stderr, without secrets")
	root.SetFlagErrorFunc(flagError)
	addCommands(root, a, only)
	setHelp(root)
	if only == "" {
		root.Long = rootHelp + "\n" + exitHelp()
		addCompletions(root)
	}
	root.CompletionOptions.DisableDefaultCmd = only != ""
	return root
}

// groups are the commands, as help shows them together; those at the end are in
// no group.
var groups = []struct {
	title    string
	commands []command
}{
	{"Every day:", []command{{"credential-process", newCredentialProcess}, {"exec", newExec}, {"export", newExport}, {"console", newConsole}, {"git-credential", newGitCredential}, {"serve", newServe}, {"login", newLogin},
		{"logout", newLogout}, {"list", newList}, {"log", newLog}, {"explain", newExplain}, {"prompt", newPrompt}}},
	{"Keys:", []command{{"add", newAdd}, {"rotate", newRotate}, {"revoke", newRevoke}, {"keys", newKeys}, {"remove", newRemove}, {"keystore", newKeystore}}},
	{"Set-up and problems:", []command{{"bootstrap", newBootstrap}, {"setup", newSetup}, {"set", newSet}, {"mfa", newMFA}, {"codecommit", newCodeCommit}, {"doctor", newDoctor}, {"uninstall", newUninstall}}},
	{"", []command{{"version", newVersion}}},
	{"", platformCommands},
}

// command is the first word after awsbroker, and what it stands for.
type command struct {
	name string
	make func(*app) *cobra.Command
}

// addCommands adds the one command that a run needs, or all: to make all of
// them takes a fifth of the time of a short run.
func addCommands(root *cobra.Command, a *app, only string) {
	for _, g := range groups {
		if g.title != "" {
			root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		}
		for _, c := range g.commands {
			if only == "" || c.name == only {
				cmd := c.make(a)
				cmd.GroupID = g.title
				root.AddCommand(cmd)
			}
		}
	}
}

// isBrief reports whether a command line only reads files: what lists, and what a
// shell shows. A signal may end it anywhere, so none is caught, which would
// take a thread of its own.
func isBrief(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{"list", "ls", "prompt", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0])
}

// commandIn returns the command that a command line begins with; empty if it does not. All
// others (help, completion, flags before the command, mistakes) need all.
func commandIn(args []string) string {
	for _, g := range groups {
		for _, c := range g.commands {
			if len(args) > 0 && args[0] == c.name {
				return c.name
			}
		}
	}
	return ""
}

// noSuchCommand gets what follows awsbroker and is no command.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	f := failure.New(failure.Usage, "there is no command %q", args[0])
	if c, _, err := cmd.Root().Find([]string{otherWords[args[0]]}); err == nil && c.HasParent() {
		words := append([]string{c.Name()}, args[1:]...)
		if c.ValidateArgs(args[1:]) != nil {
			words = words[:1]
		}
		return f.Hint("did you mean: %s", "awsbroker "+say.ShellWords(words))
	}
	if _, err := findCommand(args[0]); err == nil {
		return f.Hint("to run the program of that name: awsbroker exec -- %s", say.ShellWords(args))
	}
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	nearest := near.Names(args[0], names)
	if len(nearest) == 0 {
		nearest = cmd.SuggestionsFor(args[0])
	}
	for i, name := range nearest {
		f.Hint([]string{"did you mean: %s", "or: %s"}[min(i, 1)], "awsbroker "+say.ShellWords(append([]string{name}, args[1:]...)))
	}
	if len(nearest) > 0 {
		return f
	}
	return f.Hint("run: awsbroker --help")
}

// broker makes the run's broker from the flags.
func (a *app) broker(limits broker.Limits) (*broker.Broker, error) {
	kind, err := keystore.ParseKind(a.keystore)
	if err != nil {
		return nil, usage(err)
	}
	ways, err := prompt.ParseWays(a.prompt)
	if err != nil {
		return nil, usage(err)
	}
	code, err := a.code()
	if err != nil {
		return nil, err
	}
	narrowing, err := a.narrow.narrowing()
	if err != nil {
		return nil, err
	}
	a.run = &broker.Broker{
		Paths:          paths.FromEnv(),
		Keystore:       kind,
		Region:         a.region,
		Narrowing:      narrowing,
		Code:           code,
		EndpointIsMine: a.endpointIsMine,
		Environ:        a.environ,
		Agent:          a.agent,
		Approved:       a.approved,
		Command:        a.command,
		Started:        a.started,
		Limits:         limits,
		Prompt:         ways,
		Report:         a,
	}
	if limits == broker.PersonLimits {
		a.run.Choose = a.chooser(a.run)
	}
	return a.run, nil
}

// code returns the code of --mfa-code, which has six digits; empty if there is none.
func (a *app) code() (credential.Secret, error) {
	text := a.mfaCode
	if text == "" {
		return credential.Secret{}, nil
	}
	if text == "-" && !a.codeRead {
		line, err := readLine(os.Stdin, 64, broker.PersonLimits.Question, "MFA code")
		if err != nil {
			return credential.Secret{}, err
		}
		text, a.mfaCode, a.codeRead = line, line, true
	}
	code, ok := prompt.Code(text)
	if !ok {
		return credential.Secret{}, failure.New(failure.Usage, "an MFA code has six digits")
	}
	return credential.NewSecret(code), nil
}
