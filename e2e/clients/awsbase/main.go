// Command awsbase prints the ARN of who it is, as hashicorp/aws-sdk-go-base
// sees it: the code that finds credentials for Terraform's AWS provider and
// its S3 backend.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	awsbase "github.com/hashicorp/aws-sdk-go-base/v2"
	"github.com/hashicorp/aws-sdk-go-base/v2/diag"
)

func main() {
	profile := flag.String("profile", "", "profile to name in code; empty leaves it to the environment")
	version := flag.Bool("version", false, "print the version of aws-sdk-go-base")
	flag.Parse()
	if *version {
		fmt.Println(moduleVersion())
		return
	}
	if err := run(*profile); err != nil {
		fmt.Fprintln(os.Stderr, "awsbase:", err)
		os.Exit(1)
	}
}

func run(profile string) error {
	ctx, cfg, diags := awsbase.GetAwsConfig(context.Background(), &awsbase.Config{
		CallerName:             "awsbroker e2e",
		CallerDocumentationURL: "https://github.com/awsbroker/awsbroker",
		Profile:                profile,
		Region:                 os.Getenv("AWS_REGION"),
	})
	if err := firstError(diags); err != nil {
		return err
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	fmt.Println(aws.ToString(who.Arn))
	return nil
}

func firstError(diags diag.Diagnostics) error {
	for _, d := range diags {
		if d.Severity() == diag.SeverityError {
			return fmt.Errorf("%s: %s", d.Summary(), d.Detail())
		}
	}
	return nil
}

func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/hashicorp/aws-sdk-go-base/v2" {
			return m.Version
		}
	}
	return "unknown"
}
