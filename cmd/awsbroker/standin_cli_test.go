//go:build !windows

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/awsbroker/awsbroker/internal/start"
)

// standInForCLI is aws in the stories of pages, where the AWS CLI may not be there, and
// would need to be told where AWS is. It knows two command lines,
//
//	aws configure export-credentials --format process --profile PROFILE
//	aws sts get-caller-identity [--profile PROFILE]
//
// takes a session from the environment or the server that it names, or else runs the profile's credential_process as
// the AWS CLI does, with its standard streams captured, and prints what the CLI prints.
// End-to-end tests run the AWS CLI itself.
func standInForCLI() {
	if err := callerIdentity(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "\n%v\n", err)
		os.Exit(255)
	}
}

func callerIdentity(args []string) error {
	if len(args) == 6 && args[0] == "configure" && args[1] == "export-credentials" {
		return exportLogin(args[5])
	}
	if len(args) < 2 || args[0] != "sts" || args[1] != "get-caller-identity" {
		return fmt.Errorf("unknown command: %v", args)
	}
	profile := os.Getenv("AWS_PROFILE")
	if len(args) == 4 {
		profile = args[3]
	}
	var session aws.CredentialsProvider = credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN"))
	if url := os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"); url != "" {
		session = endpointcreds.New(url, func(o *endpointcreds.Options) { o.AuthorizationToken = os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN") })
	}
	if profile != "" {
		answer, err := processCredentials(profile)
		if err != nil {
			return err
		}
		session = credentials.NewStaticCredentialsProvider(answer.AccessKeyId, answer.SecretAccessKey, answer.SessionToken)
	}
	client := sts.New(sts.Options{Region: "eu-central-1", Credentials: session, BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL_STS"))})
	who, err := client.GetCallerIdentity(context.Background(), nil)
	if err != nil {
		return err
	}
	out, err := json.MarshalIndent(struct{ UserId, Account, Arn *string }{who.UserId, who.Account, who.Arn}, "", "    ")
	fmt.Println(string(out))
	return err
}

type processAnswer struct{ AccessKeyId, SecretAccessKey, SessionToken string }

func processCredentials(profile string) (a processAnswer, err error) {
	config, err := os.ReadFile(os.Getenv("HOME") + "/.aws/config")
	if err != nil {
		return a, err
	}
	m := regexp.MustCompile(`(?m)^\[profile ` + regexp.QuoteMeta(profile) + `\]\n(?:[^\[\n].*\n|\n)*?credential_process = (.*)$`).FindSubmatch(config)
	if m == nil {
		return a, fmt.Errorf("the config profile (%s) could not be found", profile)
	}
	cmd := exec.Command("sh", "-c", string(m[1]))
	cmd.Env = start.Environ()
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			return a, fmt.Errorf("error when retrieving credentials from custom-process: %s", exit.Stderr)
		}
		return a, err
	}
	return a, json.Unmarshal(out, &a)
}
