// Command gosdk prints the ARN of who it is, as the AWS SDK for Go v2 sees it
// in the usual places. With -times and -every it asks again and again with the
// same client, as a program that runs for long does.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	profile := flag.String("profile", "", "profile to name in code; empty leaves it to the environment")
	times := flag.Int("times", 1, "how often to ask")
	every := flag.Duration("every", time.Second, "time between two questions")
	version := flag.Bool("version", false, "print the version of the SDK")
	flag.Parse()
	if *version {
		fmt.Println(aws.SDKVersion)
		return
	}
	if err := run(*profile, *times, *every); err != nil {
		fmt.Fprintln(os.Stderr, "gosdk:", err)
		os.Exit(1)
	}
}

func run(profile string, times int, every time.Duration) error {
	ctx := context.Background()
	var options []func(*config.LoadOptions) error
	if profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return err
	}
	client := sts.NewFromConfig(cfg)
	for i := range times {
		if i > 0 {
			time.Sleep(every)
		}
		who, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return err
		}
		fmt.Println(aws.ToString(who.Arn))
	}
	return nil
}
