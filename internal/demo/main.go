//go:build !windows

// Command demo shows awsbroker's main job without an AWS account: a fake AWS
// on this machine, a home directory of its own, and a person who types what
// the program asks for. Everything shown is the real program's own output.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

const (
	keyID  = "AKIAIOSFODNN7EXAMPLE" // AWS's own example key
	secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func main() {
	picture := flag.String("picture", "", "file for a picture of the terminal, instead of its text")
	shell := flag.Bool("shell", false, "open a shell on the demo's machine instead")
	seed := flag.String("phone", "", "show the code of an MFA device with this seed instead")
	flag.Parse()
	var err error
	switch {
	case *picture != "":
		err = record(*picture)
	case *shell:
		err = onStage(os.Stdout, (*stage).open)
	case *seed != "":
		err = showCode(os.Stdout, *seed)
	default:
		err = run(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run plays the demo and writes what a terminal would show.
func run(out io.Writer) error {
	return onStage(out, func(s *stage) error { play(s); return nil })
}

// onStage builds the program and does something with it on a stage.
func onStage(out io.Writer, do func(*stage) error) error {
	dir, err := os.MkdirTemp("", "awsbroker-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "awsbroker")
	if err := machine.Build("github.com/awsbroker/awsbroker/cmd/awsbroker", binary); err != nil {
		return err
	}
	var done error
	err = machine.Try(func(t machine.T) { done = do(newStage(t, binary, out)) })
	return errors.Join(err, done)
}

func play(s *stage) {
	aws := s.m.AWS
	key := aws.User.ImportAccessKey(keyID, secret)
	s.say("On this machine runs a fake AWS, with the user phoebe and the role admin-mfa.")
	s.say("Phoebe's access key goes into the keychain, here an encrypted file:")
	s.play("awsbroker add phoebe --keystore file",
		answer{"access key id: ", key.ID}, answer{"secret access key", key.Secret},
		answer{"new passphrase: ", machine.Passphrase}, answer{"repeat it: ", machine.Passphrase})
	s.say("The profile is shown, and tried with one session, before it is written:")
	s.play("awsbroker setup admin --key phoebe --region eu-central-1",
		answer{"passphrase of", machine.Passphrase}, answer{"Write this? [y/N] ", "y"}, answer{"MFA code of", s.m.Code()})
	s.say("From now on, for an hour, any AWS tool works with that profile and nothing is asked:")
	s.identity()
	s.say("Or with the session in the environment of a command:")
	s.play("awsbroker exec -- sh -c 'echo $AWS_REGION, until $AWS_CREDENTIAL_EXPIRATION'")
	s.play("awsbroker list")
	s.say(fmt.Sprintf("AWS was asked for %d session, and phoebe for %d code. No file has the secret in plaintext:", len(aws.Server.Calls("AssumeRole")), codes(aws)))
	s.play("grep -rl " + secret + " . || echo none")
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

// identity asks AWS who the profile is: with the AWS CLI if it is here, else
// it shows the answer that the CLI would read.
func (s *stage) identity() {
	if _, err := exec.LookPath("aws"); err == nil {
		s.play("aws sts get-caller-identity --profile admin --endpoint-url " + s.m.URL)
		return
	}
	s.say("(There is no AWS CLI here; this is what it would read, without the secrets:)")
	s.prompt("awsbroker credential-process --profile admin")
	r := s.m.Run("credential-process", "--profile", "admin")
	var doc map[string]any
	if err := json.Unmarshal([]byte(r.Stdout), &doc); err != nil {
		s.m.T.Fatal(r)
	}
	doc["SecretAccessKey"], doc["SessionToken"] = "…", "…"
	shown, err := json.Marshal(doc)
	if err != nil {
		s.m.T.Fatal(err)
	}
	fmt.Fprintf(s.out, "%s\n(%d ms)\n\n", shown, r.Took.Milliseconds())
}
