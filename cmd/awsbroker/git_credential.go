package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/codecommit"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

func newGitCredential(a *app) *cobra.Command {
	var profile, key string
	var repositories []string
	cmd := &cobra.Command{
		Use:   "git-credential {get|store|erase}",
		Short: "answer Git with a password for CodeCommit (Git runs this)",
		Long: `Give Git the password of an AWS CodeCommit repository. The session of a profile signs
it, and CodeCommit accepts it for 15 minutes. Git runs this by itself; awsbroker
codecommit setup writes the setting. For other hosts it prints nothing.
https://git-scm.com/docs/gitcredentials#_custom_helpers

With --repository it answers only for repositories with such a name, so that
repositories of several accounts have profiles of their own.`,
		Args: positional(1, 1, "one word: get, store or erase"),
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := a.checkKeyOfGit(cmd, key); err != nil {
				return err
			}
			q, err := codecommit.ReadRequest(os.Stdin)
			if err != nil {
				return failure.New(failure.Usage, "%w", err)
			}
			host, ok := codecommit.ParseHost(q.Host)
			name := codecommit.Repository(q.Path)
			if !ok || q.Protocol != "https" || !wanted(repositories, name) {
				return nil
			}
			if key != "" {
				return a.answerWithPassword(cmd, key, words[0], host, q)
			}
			switch words[0] {
			case "get":
				return a.answerGit(cmd, profile, host, q)
			case "erase":
				return a.explainRefusal(profile, q)
			}
			return nil
		},
		ValidArgs: []string{"get", "store", "erase"},
	}
	profileFlag(cmd, &profile, "profile whose session signs the password")
	cmd.Flags().StringVar(&key, "key", "", "key whose Git password is used instead (awsbroker codecommit create)")
	cmd.MarkFlagsMutuallyExclusive("key", "profile")
	cmd.Flags().StringArrayVar(&repositories, "repository", nil, "only for repositories of this name, which may have a *; may be repeated")
	narrows(cmd, &a.narrow)
	return cmd
}

// checkKeyOfGit refuses a --key that is empty, which would mean a profile, and one whose
// password would be given where a session was to be narrowed.
func (a *app) checkKeyOfGit(cmd *cobra.Command, key string) error {
	if !cmd.Flags().Changed("key") {
		return nil
	}
	narrowing, err := a.narrow.narrowing()
	switch {
	case err != nil:
		return err
	case key == "":
		return usage(errors.New("--key is empty"))
	case !narrowing.IsZero():
		return usage(errors.New("the password of --key has all the rights of its user, and only the session of a role can be limited"))
	}
	return nil
}

// wanted reports whether a helper is for a repository.
func wanted(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, _ := filepath.Match(pattern, name)
		return ok
	})
}

// isSession reports whether a user name is one of ours, or none. Another one is of
// somebody's Git password, which is not ours to give.
func isSession(username string) bool {
	return username == "" || strings.HasPrefix(username, "ASIA")
}

// answerGit prints a password for a repository. Where there is none, Git is told to ask
// nobody else.
func (a *app) answerGit(cmd *cobra.Command, profile string, host codecommit.Host, q codecommit.Request) error {
	if !isSession(q.Username) {
		return nil
	}
	login, err := a.signForGit(cmd, profile, host, q.Path)
	if err != nil {
		_ = codecommit.WriteQuit(a.stdout)
		return err
	}
	return login.Write(a.stdout)
}

func (a *app) signForGit(cmd *cobra.Command, profile string, host codecommit.Host, path string) (codecommit.Login, error) {
	var none codecommit.Login
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return none, err
	}
	name, _, err := b.ChooseProfile(profile)
	if err != nil {
		return none, err
	}
	repository := codecommit.Repository(path)
	if repository == "" {
		return none, failure.New(failure.Other, "Git did not say for which repository of %s it needs a password", host.Name).
			Hint("change this in Git's settings: awsbroker codecommit setup %s", say.ShellWord(name))
	}
	t, err := b.Target(name)
	if err != nil {
		return none, err
	}
	if t.Profile.Partition != host.Partition {
		return none, failure.New(failure.Other, "profile %s is in partition %s, but %s is in %s", name, t.Profile.Partition, host.Name, host.Partition).
			Hint("name a profile of that partition: awsbroker codecommit setup PROFILE")
	}
	s, err := b.Session(cmd.Context(), name, broker.Want{})
	if err != nil {
		return none, broker.OfProfile(name, err)
	}
	return a.tryLogin(cmd.Context(), t, host, "/v1/repos/"+repository, s.At(time.Now()).Credentials)
}

// tryLogin signs by AWS's clock, and tries what was signed, since Git tells nobody whom
// CodeCommit refused. A session of the cache came without an answer of AWS in this run; then
// this one tells AWS's time, and what this machine's clock has spoilt is signed again.
func (a *app) tryLogin(ctx context.Context, t *target.Target, host codecommit.Host, path string, c credential.Credentials) (codecommit.Login, error) {
	there := t.Endpoint
	there.URL = "https://" + host.Name
	client, err := there.HTTPClient()
	if err != nil {
		return codecommit.Login{}, failure.OfAWS(err, t.Profile, false)
	}
	ahead := there.Clock.Ahead()
	login := codecommit.Sign(host, path, c, there.Clock.Now())
	reply := codecommit.Ask(ctx, client, host, path, login)
	if reply == codecommit.Refused && (there.Clock.Ahead()-ahead).Abs() > time.Minute {
		login = codecommit.Sign(host, path, c, there.Clock.Now())
		reply = codecommit.Ask(ctx, client, host, path, login)
	}
	if reply == codecommit.Refused {
		a.sayRefused(t, path)
	}
	login.Ends = there.Clock.Here(login.Ends)
	if c.Expiration.Before(login.Ends) {
		login.Ends = c.Expiration
	}
	return login, nil
}

// sayRefused says whose session CodeCommit refused.
func (a *app) sayRefused(t *target.Target, path string) {
	account, who := awsapi.SplitARN(t.Profile.RoleARN)
	if t.Profile.RoleARN == "" {
		account, who = awsapi.SplitARN(t.Key.ARN)
	}
	a.Warn(say.Sprintf("CodeCommit refused the session of profile %s (%s in account %s) for %s", t.Profile.Name, who, account, path))
}

// explainRefusal says whose session CodeCommit refused, which Git does not know.
func (a *app) explainRefusal(profile string, q codecommit.Request) error {
	if !isSession(q.Username) {
		return nil
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	name, _, err := b.ChooseProfile(profile)
	if err != nil {
		return err
	}
	t, err := b.Target(name)
	if err != nil {
		return err
	}
	a.sayRefused(t, "/"+q.Path)
	return nil
}
