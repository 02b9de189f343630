package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/gitconfig"
	"github.com/awsbroker/awsbroker/internal/paths"
)

func newCodeCommitSetup(a *app) *cobra.Command {
	var o gitconfig.Options
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "have Git ask awsbroker for passwords of CodeCommit",
		Long: `Write settings into ~/.gitconfig that have Git ask awsbroker for the passwords of
CodeCommit repositories, and no other helper: others would store a password, which
CodeCommit accepts for 15 minutes only. awsbroker shows the change first. Then clone:
git clone https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME

With --repository, which you can repeat, the profile is for these repositories
only; a * means any letters. --file names another file, such as .git/config of one
repository, or a file that an includeIf includes.`,
		Example: `  awsbroker codecommit setup admin
  awsbroker codecommit setup dev --repository 'dev-*' --repository sandbox
  awsbroker codecommit setup dev --file .git/config`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("file") && o.File == "" {
				return usage(errors.New("--file is empty"))
			}
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			if o.Key != "" && o.Profile != "" {
				return usage(errors.New("--key and a profile exclude each other"))
			}
			if o.Key == "" {
				if o.Profile, err = a.choose(b, o.Profile); err != nil {
					return err
				}
			}
			if o.Program, err = program(); err != nil {
				return err
			}
			file, changed, err := gitconfig.Run(cmd.Context(), b, o)
			switch {
			case err != nil:
				return err
			case changed:
				whose := "profile " + o.Profile
				if o.Key != "" {
					whose = "the password beside key " + o.Key
				}
				a.Step(fmt.Sprintf("Git now asks awsbroker for passwords of CodeCommit, with %s (%s)", whose, paths.UnderHome(file)))
			default:
				a.Step(fmt.Sprintf("Git already asks awsbroker (%s)", paths.UnderHome(file)))
			}
			return nil
		},
	}
	takesProfile(cmd, &o.Profile, "profile whose session signs the passwords")
	cmd.Flags().StringVar(&o.Key, "key", "", "key whose Git password is used instead (awsbroker codecommit create)")
	cmd.Flags().StringArrayVar(&o.Repositories, "repository", nil, "only for repositories of this name, which may have a *; may be repeated")
	cmd.Flags().StringVar(&o.File, "file", "", "file to write into (default: ~/.gitconfig)")
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask before writing")
	return cmd
}
