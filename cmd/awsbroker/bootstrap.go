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

const bootstrapHelp = `Set up an AWS account so that nobody is an administrator without an MFA code,
and nobody for longer than an hour at a time:

  user USER           may do nothing by its access key alone, but
  group GROUP         may assume one role:
  role ROLE           administrator for the group's members by name, with MFA
                      only, in sessions of one hour
  policy POLICY       is what lets the group do so
  MFA device          its QR code is drawn in the terminal; two codes enable it
  access key          goes straight into the keychain, seen by nobody
  profile PROFILE     in ~/.aws/config, for every AWS tool

It needs a key that may do this, such as one of the root user: one of the
keychain (--key), or one that is typed and held in memory only. It reads the
account first, shows what it would do, and asks. Then it proves that the user,
the device and the role work together, and only then takes away what made an
administrator without MFA, and deletes the root key.

Who has no MFA device yet, is given one by an administrator: awsbroker mfa
enroll --user NAME. --self-enroll leaves it to them, and to whoever has their
key or password.

What is there already is taken as it is. What is there and differs is shown,
and changed only with --reconcile. Run it again after whatever went wrong: it
goes on from what is there. --undo takes back what it made, and only that.

--region is the profile's; without it, it is the default of the account's
partition. For a key of AWS China or GovCloud that is typed it has to be named.`

type bootstrapFlags struct {
	bootstrap.Options
	undo, json bool
}

func newBootstrap(a *app) *cobra.Command {
	var o bootstrapFlags
	cmd := &cobra.Command{
		Use:   "bootstrap",
		Short: "set up an account: administrators for an hour, with MFA",
		Long:  bootstrapHelp,
		Example: "  awsbroker bootstrap --dry-run --key root --user phoebe\n" +
			"  awsbroker bootstrap --key root --user phoebe --region eu-central-1\n" +
			"  awsbroker bootstrap --key root --trusted-account 123456789012 --user phoebe\n" +
			"  awsbroker bootstrap --undo",
		Args: positional(0, 0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runBootstrap(cmd, a, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Key, "key", "", "key of the keychain that does it; else the only root key there, or one that is typed")
	f.StringVar(&o.User, "user", "", "the person's name in IAM (default: the one on this machine)")
	f.StringVar(&o.Group, "group", "administrators", "group of administrators")
	f.StringVar(&o.Role, "role", "admin-mfa", "role that they may assume")
	f.StringVar(&o.Policy, "policy", "assume-admin-role", "policy that lets the group assume it")
	f.StringVarP(&o.Profile, "profile", "p", "admin", "profile to write into ~/.aws/config")
	f.StringVar(&o.KeyName, "key-name", "", "name of the user's key in the keychain (default: as the user)")
	f.BoolVar(&o.Billing, "billing", false, "the role may see and pay the bills")
	f.BoolVar(&o.ConsoleLogin, "console-login", false, "the user gets a password for the console")
	f.BoolVar(&o.SelfService, "self-service", false, "the group's members may manage their MFA devices, passwords and keys, with MFA")
	f.BoolVar(&o.SelfEnroll, "self-enroll", false, "--self-service, and a first MFA device by the key or password alone: whoever has that becomes administrator")
	f.StringArrayVar(&o.AcceptLockout, "accept-lockout", nil, "member of the group who has no MFA device and may lose the rights")
	f.BoolVar(&o.Reconcile, "reconcile", false, "change what is there and differs")
	f.StringVar(&o.QRFile, "qr-file", "", "put the QR code into this PNG file, for as long as it is needed")
	f.BoolVar(&o.KeepRootKey, "keep-root-key", false, "do not delete the root key in the end")
	f.StringVar(&o.TrustedAccount, "trusted-account", "", "make only the role, for --user of this account, or for all whom it lets")
	f.BoolVar(&o.DryRun, "dry-run", false, "show what it would do, and the policies; change nothing")
	f.BoolVar(&o.undo, "undo", false, "take back what bootstrap made here")
	f.BoolVar(&o.json, "json", false, "print the outcome as JSON")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask for a yes; codes are asked for all the same")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "plan" { // as --dry-run was called here
			name = "dry-run"
		}
		return pflag.NormalizedName(name)
	})
	return cmd
}

func runBootstrap(cmd *cobra.Command, a *app, o bootstrapFlags) error {
	if o.User == "" && o.TrustedAccount == "" {
		o.User = osUser()
	}
	if o.User == "" && o.TrustedAccount == "" && !o.undo {
		return failure.New(failure.Usage, "whose user is it to be? root is no person").Hint("name the person: --user NAME")
	}
	if o.undo && o.DryRun {
		return failure.New(failure.Usage, "--undo shows each thing and asks; it has no --dry-run").Hint("run: awsbroker bootstrap --undo")
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
		fmt.Fprint(a.stdout, "\npolicies, as they are to be:\n")
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
		a.Step("account " + out.Account + " was set up already")
	default:
		if o.ConsoleLogin {
			a.Step("the console's sign-in page: " + out.SignIn)
		}
		a.Step("account " + out.Account + " is set up; try: aws sts get-caller-identity --profile " + say.ShellWord(out.Profile))
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
		PolicyARN: out.PolicyARN, MFASerial: out.MFASerial, Key: out.KeyName, KeyID: out.KeyID, Profile: out.Profile, SignIn: out.SignIn,
		Planned: planned, Changed: out.Changed, Plan: out.Plan, Policies: out.Policies,
		Warnings: append([]string{}, out.Warnings...), Left: append([]string{}, out.Left...),
	})
}

// runUndo takes back what bootstrap made.
func runUndo(cmd *cobra.Command, a *app, b *broker.Broker, o bootstrapFlags) error {
	out, err := bootstrap.Undo(cmd.Context(), b, bootstrap.UndoOptions{Key: o.Key, Show: o.Show})
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
		a.Step("nothing was changed: the key that set account " + out.Account + " up is not here, or works no more")
		a.Step("an administrator can run the commands above, or: awsbroker bootstrap --undo --key NAME")
	case len(out.Kept) > 0:
		a.Step("kept: " + strings.Join(out.Kept, ", "))
	case len(out.Lost) > 0:
		a.Step("account " + out.Account + " is as it was before, but for what had to make room: " + strings.Join(out.Lost, ", "))
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
