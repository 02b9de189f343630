// Command demo shows awsbroker's main job without an AWS account: a fake AWS
// on this machine, a home directory of its own, and a person who types what
// the program asks for. Everything shown is the real program's own output.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

const (
	keyID  = "AKIAIOSFODNN7EXAMPLE" // AWS's own example key
	secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run() error {
	home, err := os.MkdirTemp("", "awsbroker-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	binary := filepath.Join(home, "bin", "awsbroker")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, "./cmd/awsbroker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building awsbroker: %w\n%s", err, out)
	}
	aws := fakeaws.NewStandard()
	endpoint, err := aws.Server.Start()
	if err != nil {
		return err
	}
	defer aws.Server.Close()
	key := aws.User.ImportAccessKey(keyID, secret)

	s := &stage{home: home, environ: environ(home, endpoint)}
	code := func() string { c, _ := aws.Device.FreshCode(); return c }
	steps := []func() error{
		func() error {
			s.say("A fake AWS account runs on this machine, with the user phoebe and the role admin-mfa.")
			s.say("Put phoebe's access key into the keychain (here an encrypted file, for there may be no desktop):")
			return s.play("awsbroker add phoebe --keystore file",
				answer{"access key id: ", key.ID}, answer{"secret access key", key.Secret},
				answer{"new passphrase: ", "correct horse battery staple"}, answer{"the same again: ", "correct horse battery staple"})
		},
		func() error {
			s.say("Write the profile. It is proved with one session before anything is written:")
			return s.play("awsbroker setup admin --key phoebe --region eu-central-1",
				answer{"write this? [y/N] ", "y"}, answer{"passphrase of", "correct horse battery staple"}, answer{"MFA code of", code()})
		},
		func() error {
			s.say("From now on, for an hour, any AWS tool works with that profile and nothing is asked:")
			return s.identity()
		},
		func() error {
			s.say("Or with the session in the environment of a command, such as terraform apply:")
			return s.play("awsbroker exec -- sh -c 'echo $AWS_REGION, until $AWS_CREDENTIAL_EXPIRATION'")
		},
		func() error { return s.play("awsbroker list") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	s.say(fmt.Sprintf("AWS was asked for %d session, and phoebe for %d code. The secret is in no file in clear:", len(aws.Server.Calls("AssumeRole")), codes(aws)))
	return s.play("grep -rl " + secret + " . || echo none")
}

func codes(aws *fakeaws.Standard) int {
	n := 0
	for _, c := range aws.Server.Calls("AssumeRole") {
		if c.CodeSent {
			n++
		}
	}
	return n
}

// environ is the demo person's: nothing of AWS or a desktop but what is set here.
func environ(home, endpoint string) []string {
	keep := []string{"TERM=" + os.Getenv("TERM"), "PATH=" + filepath.Join(home, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")}
	return append(keep, "HOME="+home, "USERPROFILE="+home, "NO_COLOR=1", "AWS_ENDPOINT_URL_STS="+endpoint)
}

// identity asks AWS who the profile is: with the AWS CLI if it is here, else
// it shows the answer that the CLI would read.
func (s *stage) identity() error {
	if _, err := exec.LookPath("aws"); err == nil {
		endpoint := strings.TrimPrefix(s.environ[len(s.environ)-1], "AWS_ENDPOINT_URL_STS=")
		return s.play("aws sts get-caller-identity --profile admin --endpoint-url " + endpoint)
	}
	s.say("(There is no AWS CLI here; this is what it would read, without the secrets:)")
	s.prompt("awsbroker credential-process --profile admin")
	started := time.Now()
	cmd := s.command("awsbroker credential-process --profile admin")
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	took := time.Since(started)
	var doc map[string]any
	if err := json.Unmarshal(out, &doc); err != nil {
		return err
	}
	doc["SecretAccessKey"], doc["SessionToken"] = "…", "…"
	shown, err := json.Marshal(doc)
	fmt.Printf("%s\n(%d ms)\n\n", shown, took.Milliseconds())
	return err
}
