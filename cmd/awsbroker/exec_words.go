package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/say"
)

// readWords reads what follows exec and its flags: a command, or a profile, flags and a
// command, as people write who know other tools. After dashes, and where flags say whose
// session it is, all of it is the command: "exec -- sudo -- ls".
func (o *execOptions) readWords(cmd *cobra.Command, a *app, b *broker.Broker, words []string) error {
	o.command = words
	if cmd.ArgsLenAtDash() == 0 || o.profile != "" || len(words) == 0 {
		return nil
	}
	if len(words) > 1 && words[1] == "--" { // nothing else can be meant
		o.profile, o.command = words[0], words[2:]
		return nil
	}
	if o.allowRoot || len(o.with) > 0 || !b.HasProfile(words[0]) {
		return nil
	}
	if _, err := findCommand(words[0]); err == nil {
		a.Step(say.Sprintf("%s is used as the profile; to run the program of that name: awsbroker exec --profile PROFILE -- %[1]s", say.ShellWord(words[0])))
	}
	f := cmd.Flags()
	if err := f.Parse(words[1:]); err != nil {
		return cmd.FlagErrorFunc()(cmd, err)
	}
	if help, _ := f.GetBool("help"); help {
		return pflag.ErrHelp // cobra shows it
	}
	if o.profile != "" && o.profile != words[0] {
		return usage(errors.New("the command line names two profiles: " + words[0] + " and " + o.profile))
	}
	o.profile, o.command = words[0], f.Args()
	return nil
}

// suggest adds a hint to the failure to find a command that may have been meant for the
// name of a profile: the whole command line with a name that is nearly the same. dashed
// says that -- was before the command, which was meant as one.
func (o *execOptions) suggest(b *broker.Broker, err error, dashed bool) error {
	var notStarted *startFailure
	var unknown *config.UnknownProfileError
	if _, noProfile := b.Target(o.command[0]); o.profile != "" || !errors.As(err, &notStarted) || !errors.As(noProfile, &unknown) {
		return err
	}
	if len(unknown.Nearest) == 0 && !dashed {
		notStarted.hint = "nor is there a profile of that name; to list the profiles: awsbroker list"
	}
	if len(unknown.Nearest) == 0 {
		return err
	}
	notStarted.hint = "did you mean: awsbroker exec " + say.ShellWords(slices.Concat(unknown.Nearest[:1], b.Narrowing.Flags(), o.command[1:]))
	return err
}
