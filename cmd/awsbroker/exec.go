package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

func newExec(a *app) *cobra.Command {
	var profile string
	var allowRoot bool
	cmd := &cobra.Command{
		Use:   "exec [--profile P] [--] [COMMAND [ARGUMENTS…]]",
		Short: "run a command with a session in its environment",
		Long: `Run a command with a session in its environment: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_CREDENTIAL_EXPIRATION, and the
profile's region. Without a command it is your shell. The command takes the
place of awsbroker: its exit status, its signals.

With --allow-root the session is one of the root key in the keychain, for 15
minutes. Such a session can call no IAM API.`,
		Example: "  awsbroker exec -- terraform apply\n  awsbroker exec --profile admin -- aws s3 ls\n  awsbroker exec admin -- aws s3 ls",
		RunE: func(cmd *cobra.Command, args []string) error {
			asked, command := splitExec(profile, args, cmd.ArgsLenAtDash() == 0)
			return runExec(cmd, a, asked, command, allowRoot)
		},
	}
	cmd.Flags().StringVar(&profile, "profile", "", "profile whose session it is")
	cmd.Flags().BoolVar(&allowRoot, "allow-root", false, "a session of the root key; --profile names it if there are several")
	cmd.Flags().SetInterspersed(false) // flags after the command are the command's
	return cmd
}

// splitExec understands "exec P -- CMD", which people know from other tools.
// pflag stops at the first word that is no flag, so the dashes are still there.
// After dashes of its own (dashed), all of it is the command: "exec -- sudo -- ls".
func splitExec(profile string, args []string, dashed bool) (asked string, command []string) {
	if !dashed && profile == "" && len(args) >= 2 && args[1] == "--" {
		return args[0], args[2:]
	}
	return profile, args
}

// execMinLeft is the life that a command starts with at least: its
// environment cannot be renewed.
const execMinLeft = 15 * time.Minute

func runExec(cmd *cobra.Command, a *app, profile string, command []string, allowRoot bool) error {
	if len(command) == 0 {
		command = []string{defaultShell()}
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	path, err := findCommand(command[0])
	if err != nil { // before a code is asked for
		return suggestProfile(b, err, command)
	}
	get := a.execSession
	if allowRoot {
		get = a.rootSession
	}
	s, region, err := get(cmd, b, profile)
	if err != nil {
		return err
	}
	if cmd.Context().Err() != nil { // Ctrl-C after the code was typed: the session is kept, the command is not run
		return &broker.Failure{Reason: broker.NeedPerson, Message: "cancelled: " + prompt.Clean(command[0]) + " was not run"}
	}
	return replace(path, command, childEnviron(a.environ, s, region))
}

// execSession is the session of a profile, and the region of its own.
func (a *app) execSession(cmd *cobra.Command, b *broker.Broker, profile string) (s session.Session, region string, err error) {
	if profile, err = a.choose(b, profile); err != nil {
		return s, "", err
	}
	if s, err = b.Session(cmd.Context(), profile, broker.Want{MinLeft: execMinLeft}); err != nil {
		return s, "", err
	}
	if left := s.Left(time.Now()); left < execMinLeft {
		a.Warn("the session ends in " + broker.Words(left) + ", and the command cannot renew it")
	}
	region, err = b.ChildRegion(profile)
	return s, region, err
}

// rootSession is one of a root key, which the person allowed.
func (a *app) rootSession(cmd *cobra.Command, b *broker.Broker, named string) (session.Session, string, error) {
	return b.RootSession(cmd.Context(), named)
}

// suggestProfile helps who is used to "exec PROFILE COMMAND".
func suggestProfile(b *broker.Broker, err error, command []string) error {
	var failure *startFailure
	if errors.As(err, &failure) && b.HasProfile(command[0]) {
		rest := append(command[1:], "COMMAND")
		failure.hint = "a command comes after dashes: awsbroker exec " + command[0] + " -- " + rest[0]
	}
	return err
}

// findCommand as a shell does, with its exit codes: 127 if there is none, 126
// if it cannot be executed.
func findCommand(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil || errors.Is(err, exec.ErrDot) && path != "" {
		return path, nil
	}
	if errors.Is(err, fs.ErrPermission) {
		return "", notRun(name, "permission denied", 126)
	}
	if errors.Is(err, syscall.EISDIR) {
		return "", notRun(name, "is a directory", 126)
	}
	return "", notRun(name, "command not found", 127)
}

// notRun is a command that could not be started.
func notRun(name, why string, code int) error {
	return &startFailure{name: name, why: why, code: code}
}

type startFailure struct {
	name, why string
	code      int
	hint      string // or empty
}

func (s *startFailure) Error() string { return s.name + ": " + s.why }

// cleared are the variables that would make a child use something other than
// its session (contract.md R18), and our own secrets.
var cleared = []string{
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_ACCESS_KEY", "AWS_SECRET_KEY",
	"AWS_CREDENTIAL_FILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME",
	"AWS_ACCOUNT_ID", "AWSBROKER_FILE_PASSPHRASE", "AWSBROKER_FILE_PASSPHRASE_FILE",
}

// childEnviron is environ with the session in it. A region that nobody named
// is not invented.
func childEnviron(environ []string, s session.Session, region string) []string {
	var out []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		if !isCleared(name) && (region == "" || !isRegion(name)) {
			out = append(out, kv)
		}
	}
	for _, v := range sessionVariables(s, region) {
		out = append(out, v.name+"="+v.value)
	}
	return out
}

func isCleared(name string) bool {
	for _, c := range cleared {
		if sameVariable(c, name) {
			return true
		}
	}
	const container = "AWS_CONTAINER_"
	return len(name) >= len(container) && sameVariable(container, name[:len(container)])
}

func isRegion(name string) bool {
	return sameVariable("AWS_REGION", name) || sameVariable("AWS_DEFAULT_REGION", name)
}

type variable struct{ name, value string }

// sessionVariables in the order in which they are shown. Both region
// variables: boto reads only the second.
func sessionVariables(s session.Session, region string) []variable {
	v := []variable{
		{"AWS_ACCESS_KEY_ID", s.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", s.SecretAccessKey.Reveal()},
		{"AWS_SESSION_TOKEN", s.SessionToken.Reveal()},
		{"AWS_CREDENTIAL_EXPIRATION", s.Expiration.UTC().Format(session.ExpirationFormat)},
	}
	if region != "" {
		v = append(v, variable{"AWS_REGION", region}, variable{"AWS_DEFAULT_REGION", region})
	}
	return v
}

func defaultShell() string {
	for _, name := range []string{"SHELL", "ComSpec"} {
		if s := os.Getenv(name); s != "" {
			return s
		}
	}
	return "/bin/sh"
}
