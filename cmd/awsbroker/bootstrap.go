package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/awsbroker/awsbroker/internal/bootstrap"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/pattern"
	"github.com/awsbroker/awsbroker/internal/say"
)

const bootstrapHelp = `Set up an AWS account in which everybody needs an MFA code to be an
administrator, for one hour at a time:

  user USER           can do nothing with its access key alone, except through
  group GROUP         whose members can assume one role:
  role ROLE           an administrator; trusts the group's members by name,
                      requires MFA, and its sessions last one hour
  policy POLICY       allows the group to assume the role
  MFA device          you scan its QR code and type two codes to enable it
  access key          is stored in the keychain without being shown
  profile PROFILE     in ~/.aws/config, for every AWS tool

It needs the rights of root or an administrator: a key in the keychain (--key), or
one that you type and awsbroker keeps in memory only; or a session, such as that of
aws login (--from-profile, --from-env), which leaves no key to delete. It reads the
account, shows its plan and asks. It tests that the user, the MFA device and the
role work together. Only then does it remove rights that allow administration
without MFA, and delete the root key.

--agent-role adds the role agent-readonly, which may only read, and the profile
agent, for coding agents and other programs.

An administrator gives a first MFA device to other members: awsbroker mfa enroll
--user NAME. With --self-enroll they can do it themselves, and so can anyone who
has their key or password.

It keeps existing things that match. It shows existing things that differ, and
changes them only with --reconcile. If it stops, run it again: it resumes. --undo
removes what it created, and only that.

--region is the profile's region; the default is that of the account's partition.
If you type a key of AWS China or GovCloud, --region is required.`

type bootstrapFlags struct {
	bootstrap.Options
	undo, json bool
}

func newBootstrap(a *app) *cobra.Command {
	var o bootstrapFlags
	cmd := &cobra.Command{
		Use:   "bootstrap",
		Short: "set up an account: administrators with MFA, for an hour at a time",
		Long:  bootstrapHelp,
		Example: "  awsbroker bootstrap --dry-run --key root --user phoebe\n" +
			"  awsbroker bootstrap --key root --user phoebe --region eu-central-1\n" +
			"  awsbroker bootstrap --from-profile root --user phoebe\n" +
			"  awsbroker bootstrap --key root --trusted-account 123456789012 --user phoebe\n" +
			"  awsbroker bootstrap --undo",
		Args: positional(0, 0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runBootstrap(cmd, a, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Key, "key", "", "key in the keychain to use (default: the only root key there, or one that you type)")
	f.StringVar(&o.FromProfile, "from-profile", "", "use the session that the AWS CLI has of this profile (aws login)")
	f.BoolVar(&o.FromEnv, "from-env", false, "use the session in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
	f.StringVar(&o.User, "user", "", "the person's name in IAM (default: your name on this machine)")
	f.StringVar(&o.Group, "group", "administrators", "group of administrators")
	f.StringVar(&o.Role, "role", "admin-mfa", "role that they can assume")
	f.StringVar(&o.Policy, "policy", "assume-admin-role", "policy that allows the group to assume it")
	f.StringVarP(&o.Profile, "profile", "p", "admin", "profile to write into ~/.aws/config")
	f.StringVar(&o.KeyName, "key-name", "", "name of the user's key in the keychain (default: as the user)")
	f.BoolVar(&o.Billing, "billing", false, "allow the role to see and pay the bills")
	f.BoolVar(&o.AgentRole, "agent-role", false, "also create a role that may only read, and a profile for coding agents")
	f.BoolVar(&o.ConsoleLogin, "console-login", false, "give the user a password for the console")
	f.BoolVar(&o.SelfService, "self-service", false, "allow members to manage their own MFA devices, passwords and keys, with MFA")
	f.BoolVar(&o.SelfEnroll, "self-enroll", false, "--self-service, and allow a first MFA device by key or password alone: anyone who has these can become administrator")
	f.StringArrayVar(&o.AcceptLockout, "accept-lockout", nil, "member of the group without an MFA device who may lose administrator rights")
	f.BoolVar(&o.Reconcile, "reconcile", false, "change existing things that differ")
	f.StringVar(&o.QRFile, "qr-file", "", "write the QR code to this PNG file until the device is enabled")
	f.BoolVar(&o.KeepRootKey, "keep-root-key", false, "do not delete the root key at the end")
	f.StringVar(&o.TrustedAccount, "trusted-account", "", "create only the role, for --user of this account, or for everyone whom that account allows")
	f.BoolVar(&o.DryRun, "dry-run", false, "show the plan and the policies, and change nothing")
	f.BoolVar(&o.undo, "undo", false, "undo what bootstrap created here")
	f.BoolVar(&o.json, "json", false, "print the outcome as JSON")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask for a yes; still ask for codes")
	rare(f, "accept-lockout", "agent-role", "billing", "console-login", "from-env", "group", "json", "keep-root-key", "key-name", "policy", "qr-file", "role",
		"self-enroll", "self-service", "trusted-account")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "plan" { // as --dry-run was called here
			name = "dry-run"
		}
		return pflag.NormalizedName(name)
	})
	_ = cmd.RegisterFlagCompletionFunc("from-profile", profileNames)
	return cmd
}

func runBootstrap(cmd *cobra.Command, a *app, o bootstrapFlags) error {
	if err := refuseEmpty(cmd, "from-profile"); err != nil {
		return err
	}
	if o.FromEnv && o.FromProfile != "" || o.Key != "" && (o.FromEnv || o.FromProfile != "") {
		return failure.New(failure.Usage, "--key, --from-profile and --from-env exclude each other: one of them does the work")
	}
	if o.User == "" && o.TrustedAccount == "" {
		o.User = osUser()
	}
	if o.User == "" && o.TrustedAccount == "" && !o.undo {
		return failure.New(failure.Usage, "bootstrap needs the name of a person, and root is not one").Hint("name the person: --user NAME")
	}
	if o.undo && o.DryRun {
		return failure.New(failure.Usage, "--undo shows each thing and asks, so it has no --dry-run").Hint("run: awsbroker bootstrap --undo")
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	progress := newProgress(a)
	defer progress.close()
	o.Show, o.Yes = progress, a.yes
	if o.undo {
		return runUndo(cmd, a, b, o)
	}
	if o.Program, err = program(); err != nil {
		return err
	}
	out, err := bootstrap.Run(cmd.Context(), b, o.Options)
	progress.close()
	if err != nil {
		return err
	}
	if o.json {
		return printBootstrap(a, out, o.DryRun)
	}
	return tellBootstrap(a, out, o)
}

// tellBootstrap tells what bootstrap has made, and what is left to do.
func tellBootstrap(a *app, out bootstrap.Result, o bootstrapFlags) error {
	if o.DryRun {
		fmt.Fprintln(a.stdout, out.Text())
		fmt.Fprint(a.stdout, "\nplanned policies:\n")
		if err := writeJSON(a.stdout, out.Policies); err != nil {
			return err
		}
	}
	for _, left := range out.Left {
		a.Step("left to do: " + left)
	}
	switch {
	case o.DryRun:
		a.Step("nothing was changed")
	case o.TrustedAccount != "":
		a.Step("the role is there: " + out.RoleARN)
	case !out.Changed:
		a.Step("account " + out.Account + " was already set up")
	default:
		if o.ConsoleLogin {
			a.Step("the console's sign-in page: " + out.SignIn)
		}
		a.Step("account " + out.Account + " is set up; try it: aws sts get-caller-identity --profile " + say.ShellWord(out.Profile))
		a.Step("and the console in the browser: awsbroker console " + say.ShellWord(out.Profile))
		if o.AgentRole {
			a.Step("and coding agents, which may only read: awsbroker exec agent COMMAND")
		}
		a.Step("and Git over HTTPS in CodeCommit: awsbroker codecommit setup " + say.ShellWord(out.Profile))
	}
	return nil
}

// bootstrapJSON is what --json prints.
type bootstrapJSON struct {
	Account   string                     `json:"account"`
	Partition string                     `json:"partition"`
	By        string                     `json:"by"`
	Address   string                     `json:"address,omitempty"` // where it is asked, if that is not AWS's own address
	UserARN   string                     `json:"user_arn,omitempty"`
	GroupARN  string                     `json:"group_arn,omitempty"`
	RoleARN   string                     `json:"role_arn"`
	PolicyARN string                     `json:"policy_arn,omitempty"`
	AgentRole string                     `json:"agent_role_arn,omitempty"`
	MFASerial string                     `json:"mfa_serial,omitempty"`
	Key       string                     `json:"key,omitempty"`
	KeyID     string                     `json:"access_key_id,omitempty"`
	Profile   string                     `json:"profile,omitempty"`
	SignIn    string                     `json:"sign_in"`
	Planned   bool                       `json:"planned"` // nothing was done
	Changed   bool                       `json:"changed"`
	Plan      []bootstrap.Planned        `json:"plan"`
	Policies  map[string]json.RawMessage `json:"policies"`
	Warnings  []string                   `json:"warnings"`
	Left      []string                   `json:"left"`
}

func printBootstrap(a *app, out bootstrap.Result, planned bool) error {
	return writeJSON(a.stdout, bootstrapJSON{
		Account: out.Account, Partition: out.Partition, By: out.By, Address: out.Address, UserARN: out.UserARN, GroupARN: out.GroupARN, RoleARN: out.RoleARN,
		PolicyARN: out.PolicyARN, AgentRole: out.AgentRoleARN, MFASerial: out.MFASerial, Key: out.KeyName, KeyID: out.KeyID, Profile: out.Profile, SignIn: out.SignIn,
		Planned: planned, Changed: out.Changed, Plan: out.Plan, Policies: out.Policies,
		Warnings: append([]string{}, out.Warnings...), Left: append([]string{}, out.Left...),
	})
}

// runUndo takes back what bootstrap made.
func runUndo(cmd *cobra.Command, a *app, b *broker.Broker, o bootstrapFlags) error {
	out, err := bootstrap.Undo(cmd.Context(), b, bootstrap.UndoOptions{Key: o.Key, FromEnv: o.FromEnv, FromProfile: o.FromProfile, Show: o.Show})
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(a.stdout, struct {
			Account  string   `json:"account"`
			Removed  []string `json:"removed"`
			Lost     []string `json:"lost"`
			Kept     []string `json:"kept"`
			Commands []string `json:"commands"`
		}{out.Account, append([]string{}, out.Removed...), append([]string{}, out.Lost...), append([]string{}, out.Kept...), append([]string{}, out.Commands...)})
	}
	for _, c := range out.Commands {
		fmt.Fprintln(a.stdout, say.Line(c))
	}
	switch {
	case len(out.Commands) > 0:
		a.Step("nothing was changed: the key that set up account " + out.Account + " is not here, or no longer works")
		a.Step("let an administrator run the commands above, or run: awsbroker bootstrap --undo --key NAME")
		a.Step("or with a session of aws login: awsbroker bootstrap --undo --from-profile NAME")
	case len(out.Kept) > 0:
		a.Step("kept: " + strings.Join(out.Kept, ", "))
	case len(out.Lost) > 0:
		a.Step("account " + out.Account + " is as it was before, except for things that were deleted to make room: " + strings.Join(out.Lost, ", "))
	default:
		a.Step("account " + out.Account + " is as it was before")
	}
	return nil
}

var notInUserName = pattern.Of(`[^\w+=,.@-]+`)

// osUser returns the name of the user of this machine who runs awsbroker, as a name for
// IAM; empty for root, which is no person.
func osUser() string {
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	name = say.Clean(name[strings.LastIndexAny(name, `\/`)+1:]) // Windows: DOMAIN\name
	name = strings.Trim(notInUserName().ReplaceAllString(name, "-"), "-")
	if strings.EqualFold(name, "root") || len(name) > 64 {
		return ""
	}
	return name
}
