//go:build !windows

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/awsbroker/awsbroker/internal/credential"
	camera "github.com/awsbroker/awsbroker/internal/machine/phone"
	own "github.com/awsbroker/awsbroker/internal/totp"
)

// phone is the authenticator app of a person in the stories. It has an entry
// for every device that a screen showed, in this command or in one before.
type phone struct {
	Entries map[string]*entry // by the name of the device
	Last    string            // the one that was shown last
}

type entry struct {
	Seed string
	Step int64 // of the code that it gave last

	Others int // codes that were given and are none of its own
}

// phoneFile keeps it from one command to the next.
const phoneFile = "phone.json"

// The answers that a phone gives: codes of the device that the question names,
// or else of the one that was shown last.
var phoneAnswers = map[string]string{
	"^CODE":  "the next code that was not given before",
	"^AGAIN": "the code that was given last",
	"^SKIP":  "the code after the next one",
	"^OTHER": "a code of another entry of the app",
}

// dial is the code that an answer stands for. Codes begin one step in the
// past, which AWS takes, so that three in a row need no waiting, or five if
// $PHONE is slow; one that is too far ahead is waited for.
func dial(answer, screen string) (string, error) {
	path := filepath.Join(os.Getenv("WORK"), phoneFile)
	p := phone{Entries: map[string]*entry{}}
	if data, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(data, &p); err != nil {
			return "", err
		}
	}
	name, seed, err := camera.Read(screen)
	if err != nil {
		return "", err
	}
	if seed != "" && (p.Entries[name] == nil || p.Entries[name].Seed != seed) {
		p.Entries[name], p.Last = &entry{Seed: seed}, name
	}
	name = p.Last
	if m := regexp.MustCompile(`MFA code of \S+[:/](\S+?)[,:][^\n]*$`).FindStringSubmatch(screen); m != nil {
		name = m[1]
	}
	e := p.Entries[name]
	if e == nil {
		return "", fmt.Errorf("no screen showed the device %q", name)
	}
	now := func() int64 { return time.Now().Unix() / 30 }
	behind := int64(1)
	if os.Getenv("PHONE") == "slow" {
		behind = 3
	}
	switch answer {
	case "^CODE":
		e.Step = max(e.Step+1, now()-behind)
	case "^SKIP":
		e.Step = max(e.Step+2, now())
	}
	for now() < e.Step-1 {
		time.Sleep(50 * time.Millisecond)
	}
	other := ""
	if answer == "^OTHER" {
		if other, err = e.other(); err != nil {
			return "", err
		}
	}
	data, err := json.Marshal(p)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		return "", err
	}
	if other != "" {
		return other, nil
	}
	return totp.GenerateCode(e.Seed, time.Unix(e.Step*30, 0))
}

// other is a code that the entry shows on no day around this one: of a million codes
// some thousands are, and mfa enroll knows them.
func (e *entry) other() (string, error) {
	key, err := own.Parse(credential.NewSecret(e.Seed))
	if err != nil {
		return "", err
	}
	for {
		e.Others++
		code := fmt.Sprintf("%06d", e.Others)
		if _, its := key.Behind(code, time.Now(), 100*time.Hour); !its {
			return code, nil
		}
	}
}

func (s *story) abandon(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "abandon NAME")
	s.aws.Account.AddMFADevice(args[0])
}

func (s *story) unenroll(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "unenroll NAME")
	s.aws.Account.Device("arn:aws:iam::123456789012:mfa/" + args[0]).Disable()
}

func (s *story) passkey(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "passkey NAME")
	s.aws.User.AddSecurityKey(args[0])
}

func (s *story) hardware(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "hardware SERIAL")
	s.aws.User.AddHardwareToken(args[0])
}

func (s *story) allow(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "allow FILE")
	s.aws.Group.RemoveUser(s.aws.User)
	ts.Check(s.aws.User.PutPolicy("allowed", ts.ReadFile(args[0])))
}
