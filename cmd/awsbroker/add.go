package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/say"
)

const addHelp = `Store the long-lived access key of an IAM user in the keychain, under a name of
your choice. awsbroker asks for the id and the secret, hides the secret, and asks
AWS whose key it is before it stores the key. If the keychain already has a key of
that name that is missing from awsbroker's record, awsbroker offers to use it.

The key can also come from one of these places:

--csv FILE            The file that the AWS console offers for download with a
                      new key. Each key in it gets the name of its user.
                      awsbroker then offers to delete the file; --yes keeps it.
--from-profile NAME   A profile with the key in plaintext, in ~/.aws/credentials
                      or ~/.aws/config. awsbroker shows the change, stores the
                      key and removes its two lines, and no others.
--from-aws-vault NAME The keychain of aws-vault, found by aws-vault's variables
                      (AWS_VAULT_BACKEND, AWS_VAULT_FILE_PASSPHRASE, …).
                      aws-vault keeps its copy unless you add --move.

Use --all in place of NAME to add every key from there. If a run is interrupted,
run it again to finish it.

awsbroker uses a key of the root user for four hours, or for --expires, and only
for keys and exec --allow-root. After that it can only delete the key:
awsbroker keys delete ID.`

const addExample = `  awsbroker add phoebe
  awsbroker add phoebe --replace
  awsbroker add --csv ~/Downloads/phoebe_accessKeys.csv
  awsbroker add --from-profile phoebe
  awsbroker add --from-profile --all
  awsbroker add --from-aws-vault phoebe --move
  awsbroker add ci --from-env --keystore file`

// addFlags are the flags of add that say where the key comes from.
type addFlags struct {
	keychain.ImportOptions
	csv, profile, vault nameOrAll
	all                 bool
}

func newAdd(a *app) *cobra.Command {
	o := addFlags{csv: nameOrAll{kind: "FILE"}, profile: nameOrAll{kind: "NAME"}, vault: nameOrAll{kind: "NAME"}}
	cmd := &cobra.Command{
		Use:     "add [KEY]",
		Short:   "store an access key in the keychain",
		Long:    addHelp,
		Example: addExample,
		Args:    positional(0, 1, "the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Name = strings.Join(args, "")
			if err := o.source(len(args) > 0); err != nil {
				return err
			}
			o.Yes = a.yes
			if o.Source != 0 {
				return runImport(cmd, a, o.ImportOptions)
			}
			return runAdd(cmd, a, o.AddOptions)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.FromEnv, "from-env", false, "read the key from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	f.Var(&o.csv, "csv", "read the keys from a file that the AWS console made")
	f.Var(&o.profile, "from-profile", "move the key of a profile out of ~/.aws/credentials")
	f.Var(&o.vault, "from-aws-vault", "read a key from the keychain of aws-vault")
	f.BoolVar(&o.all, "all", false, "with --from-profile or --from-aws-vault: add every key there")
	f.BoolVar(&o.Move, "move", false, "with --from-aws-vault: remove the key from there")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask before moving a key")
	f.BoolVar(&o.Replace, "replace", false, "replace the key of that name")
	f.Var((*span)(&o.Expires), "expires", "how long awsbroker may use a root key, at most 24h (default 4h)")
	f.BoolVar(&o.Offline, "offline", false, "do not ask AWS whose key it is")
	rare(f, "expires", "offline")
	_ = cmd.RegisterFlagCompletionFunc("from-profile", profileNames)
	_ = cmd.MarkFlagFilename("csv", "csv")
	return cmd
}

// nameOrAll is the value of a flag that takes a name. "--from-profile --all"
// reads as if --all were the name, which no profile can have.
type nameOrAll struct {
	name string
	set  bool
	kind string // of name, for the help
}

func (n *nameOrAll) String() string { return n.name }
func (n *nameOrAll) Type() string   { return n.kind }

func (n *nameOrAll) Set(value string) error {
	n.name, n.set = value, true
	return nil
}

// source sets which source of keys the flags mean, if they mean one, and refuses flags
// that contradict each other. named says that the key has a name.
func (o *addFlags) source(named bool) error {
	chosen := 0
	for source, value := range map[keychain.Source]nameOrAll{
		keychain.FromCSV: o.csv, keychain.FromProfiles: o.profile, keychain.FromAWSVault: o.vault,
	} {
		if value.set {
			o.Source, o.Of = source, value.name
			chosen++
		}
	}
	if o.FromEnv {
		chosen++
	}
	if o.Of == "--all" {
		o.Of, o.all = "", true
	}
	switch {
	case chosen > 1:
		return addUsage("the key can come from one place only: --csv, --from-env, --from-profile or --from-aws-vault")
	case o.all && o.Source != keychain.FromProfiles && o.Source != keychain.FromAWSVault:
		return addUsage("--all goes with --from-profile or --from-aws-vault")
	case o.all && o.Of != "":
		return addUsage("either a NAME or --all")
	case o.all && named:
		return addUsage("with --all, keys keep the names that they have there: leave out " + o.Name)
	case o.Source != 0 && o.Of == "" && !o.all:
		return addUsage("an empty name")
	case o.Move && o.Source != keychain.FromAWSVault:
		return addUsage("--move goes with --from-aws-vault")
	case o.Source == 0 && !named:
		return addUsage("awsbroker add takes the name of one key, or one of --csv, --from-profile and --from-aws-vault")
	case o.Source != 0 && named && o.Name == "":
		return addUsage("an empty name")
	}
	return nil
}

func addUsage(text string) error {
	return failure.New(failure.Usage, "%s", text).Hint("run: awsbroker add --help")
}

func runAdd(cmd *cobra.Command, a *app, o keychain.AddOptions) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	added, err := keychain.AddKey(cmd.Context(), b, o)
	if err != nil {
		return err
	}
	whose := ""
	if added.ARN != "" {
		whose = " of " + added.ARN
	}
	a.Step(fmt.Sprintf("key %q (%s%s) was stored in %s", o.Name, added.AccessKeyID, whose, added.Keystore.Words()))
	switch {
	case added.Root:
		a.endRoot(added.AccessKeyID)
	case !o.Replace:
		a.showUses(b, []string{o.Name}, keychain.ProfilesUsing(b, []string{o.Name}))
	}
	return nil
}

func runImport(cmd *cobra.Command, a *app, o keychain.ImportOptions) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	done, err := keychain.ImportKeys(cmd.Context(), b, o)
	if len(done.Keys) == 0 {
		return err
	}
	for _, id := range done.Root {
		a.endRoot(id)
	}
	if len(done.Root) == len(done.Keys) {
		return err
	}
	a.showUses(b, done.Keys, done.Uses)
	if done.Clear && err == nil {
		name := say.ShellWord(done.Keys[0])
		if len(done.Keys) > 1 {
			name = "NAME"
		}
		a.advise("backups may still have it; replace it with: awsbroker rotate " + name)
	}
	return err
}

// endRoot tells how a root key, which is used for hours only, is deleted.
func (a *app) endRoot(id string) {
	a.advise("to set the account up with it: awsbroker bootstrap")
	a.advise("when you no longer need it: awsbroker keys delete " + id)
}

// mostHints is how many commands are suggested at once.
const mostHints = 4

// showUses tells which profiles work with these keys, and what is left to do.
func (a *app) showUses(b *broker.Broker, keys []string, u keychain.Uses) {
	if len(u.Working) > 0 {
		a.Step("ready to use: " + plural(len(u.Working), "profile ", "profiles ") + strings.Join(u.Working, ", "))
	}
	if len(u.Waiting) == 0 {
		if len(u.Working) == 0 {
			a.advise("next, set up a profile that uses it: awsbroker setup " + newProfile(b, keys[0]) + " --key " + say.ShellWord(keys[0]))
		}
		return
	}
	var names []string
	for _, use := range u.Waiting {
		names = append(names, use.Profile)
	}
	a.Step("AWS tools cannot use these profiles yet: " + plural(len(names), "profile ", "profiles ") + someOf(names))
	for i, use := range u.Waiting {
		if i == mostHints && namesKeys(b, u.Waiting) {
			a.advise("all at once: awsbroker setup --all")
			return
		}
		command := "awsbroker setup " + failure.SetupWord(use.Profile)
		if use.Key != "" {
			command += " --key " + say.ShellWord(use.Key)
		}
		a.advise(command)
	}
}

// namesKeys reports whether each of the profiles names its key by the name that the key
// has now, so that setup --all finds all of them.
func namesKeys(b *broker.Broker, uses []keychain.Use) bool {
	cfg, err := b.ReadConfig()
	return err == nil && !slices.ContainsFunc(uses, func(u keychain.Use) bool {
		p, err := cfg.Resolve(u.Profile)
		return err != nil || u.Key != "" && p.KeyName != u.Key
	})
}

// someOf lists names, and of many the first and how many more there are.
func someOf(names []string) string {
	const most = 12
	if more := len(names) - most; more > 1 {
		return strings.Join(names[:most], ", ") + " and " + say.Count(more, "other", "others")
	}
	return strings.Join(names, ", ")
}

// newProfile returns a name for a profile that a key has yet to get, for a shell: one
// that is there already would be written over.
func newProfile(b *broker.Broker, key string) string {
	for _, name := range []string{"admin", key, "admin-" + key} {
		if config.ValidProfileName(name) && !b.HasProfile(name) {
			return say.ShellWord(name)
		}
	}
	return "NAME"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
