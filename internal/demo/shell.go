//go:build !windows

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/awsbroker/awsbroker/internal/say"
)

const welcome = `
A fake AWS runs on this machine until you leave this shell (exit). The home
directory is a temporary one; your own files stay as they are. You are phoebe,
who may assume the role admin-mfa with MFA, and have:

  access key id      %s
  secret access key  %s
  your phone         the command phone shows the code

Set it up as README says:

  awsbroker add phoebe --keystore file
  awsbroker setup admin --key phoebe --region eu-central-1

`

// open gives the person who runs the demo a shell on the demo's machine.
func (s *stage) open() error {
	key := s.m.AWS.User.ImportAccessKey(keyID, secret)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	phone := "#!/bin/sh\nexec " + say.PosixWord(self) + " -phone " + s.m.AWS.Device.Seed + "\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.m.Bin), "phone"), []byte(phone), 0o755); err != nil {
		return err
	}
	fmt.Fprintf(s.out, welcome, key.ID, key.Secret)
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = "/bin/sh"
	}
	cmd := exec.Command(shell)
	cmd.Dir = s.m.Home
	cmd.Env = append(s.m.Env, "SHELL="+shell, "AWS_ENDPOINT_URL_IAM="+s.m.URL)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil // how the last command in it ended
	}
	return err
}

// showCode is the phone: it writes the code of a seed.
func showCode(out io.Writer, seed string) error {
	now := time.Now()
	code, err := totp.GenerateCode(seed, now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s, for %d more seconds\n", code, 30-now.Unix()%30)
	return err
}
