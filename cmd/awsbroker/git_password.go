package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/codecommit"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/gitpassword"
	"github.com/awsbroker/awsbroker/internal/say"
)

// answerWithPassword answers Git with the Git password of the user of a key. What Git has
// to store is stored; what it takes for wrong is for a person to replace.
func (a *app) answerWithPassword(cmd *cobra.Command, key, operation string, host codecommit.Host, q codecommit.Request) error {
	if operation != "get" {
		return nil
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if err := b.PermitPassword(cmd.Context(), key); err != nil {
		_ = codecommit.WriteQuit(a.stdout)
		return err
	}
	login, arn, err := gitpassword.Login(cmd.Context(), b, key)
	if own := awsapi.PartitionOf(arn); err == nil && own != host.Partition {
		err = failure.New(failure.Other, "the user of key %s is in partition %s, but %s is in %s", key, own, host.Name, host.Partition).
			Hint("name a profile of that partition: awsbroker codecommit setup PROFILE")
	}
	if err != nil {
		_ = codecommit.WriteQuit(a.stdout)
		return err
	}
	if q.Username != "" && q.Username != login.Username.Reveal() {
		return nil
	}
	a.tryPassword(cmd, key, arn, host, q, login)
	return login.Write(a.stdout)
}

// tryPassword says whose password CodeCommit refuses, since Git does not.
func (a *app) tryPassword(cmd *cobra.Command, key, arn string, host codecommit.Host, q codecommit.Request, login codecommit.Login) {
	repository := codecommit.Repository(q.Path)
	client, err := awsapi.Endpoint{Region: host.Region, URL: "https://" + host.Name, CABundle: os.Getenv("AWS_CA_BUNDLE")}.HTTPClient()
	if err != nil || repository == "" {
		return // Git says itself what is wrong with the network
	}
	if codecommit.Ask(cmd.Context(), client, host, "/v1/repos/"+repository, login) == codecommit.Refused {
		account, user := awsapi.SplitARN(arn)
		a.Warn(say.Sprintf("CodeCommit refused the Git password of %s in account %s for /v1/repos/%s", user, account, repository))
		a.advise("if it was reset or deleted, replace it: awsbroker codecommit rotate " + say.ShellWord(key))
	}
}
