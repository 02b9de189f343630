//go:build linux

package main

import (
	"fmt"
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

func read(path string) string {
	data, _ := os.ReadFile(path)
	return string(data)
}

func profile(s *scene) { s.Profile("admin", "phoebe", s.AWS.Role.ARN(), s.AWS.Device.Serial) }

func setUp(s *scene) {
	s.AddKey("phoebe", s.AWS.Key)
	profile(s)
}

func environ(key *fakeaws.AccessKey) []string {
	return []string{"AWS_ACCESS_KEY_ID=" + key.ID, "AWS_SECRET_ACCESS_KEY=" + key.Secret}
}

// sessions are a cache: what is lost of it is a question more. One operation is about it.
const sessions = "/.cache/"

func operations() []operation {
	all := []operation{
		{name: "add", prepare: profile, args: []string{"add", "phoebe", "--from-env"},
			env: func(s *scene) []string { return environ(s.AWS.Key) }, ended: []int{1, 2}, hint: []string{"add", "phoebe", "--replace", "--from-env"}},
		{name: "add --replace", keep: true, args: []string{"add", "phoebe", "--replace", "--from-env"},
			prepare: func(s *scene) { setUp(s); s.other = s.AWS.User.AddAccessKey() },
			env:     func(s *scene) []string { return environ(s.other) }, after: signedByOther},
		{name: "add --from-profile", args: []string{"add", "--from-profile", "phoebe", "--yes"}, ended: []int{3},
			hint: []string{"add", "--from-profile", "phoebe", "--replace", "--yes"},
			prepare: func(s *scene) {
				profile(s)
				s.Write(s.Path("home/.aws/credentials"), fmt.Sprintf("# mine\n[phoebe]\naws_access_key_id = %s\naws_secret_access_key = %s\n", s.AWS.Key.ID, s.AWS.Key.Secret))
			},
			also: func(s *scene) string {
				if read(s.Path("home/.aws/credentials")) != s.before["home/.aws/credentials"] && s.answer().Code != 0 {
					return "the key is neither in the keychain nor in the file"
				}
				return ""
			}},
		{name: "setup", keep: true, prepare: setUp, args: []string{"setup", "ops", "--like", "admin", "--role-arn", "admin-mfa", "--mfa-code", "CODE", "--yes"}},
		{name: "setup, linked file", keep: true, prepare: linkConfig, args: []string{"setup", "ops", "--like", "admin", "--role-arn", "admin-mfa", "--mfa-code", "CODE", "--yes"},
			also: linkGone, after: linkGone},
		{name: "remove", gone: true, prepare: setUp, args: []string{"remove", "phoebe", "--yes"}, ended: []int{3}},
		{name: "uninstall", gone: true, prepare: setUp, args: []string{"uninstall", "--yes", "--keys", "forget"}},
		{name: "login", keep: true, prepare: setUp, args: []string{"login", "--profile", "admin", "--mfa-code", "CODE"}},
		{name: "rotate", keep: true, prepare: setUp, args: []string{"rotate", "--yes", "--mfa-code", "CODE"}, aws: keysAt,
			after: func(s *scene) string {
				if all := s.AWS.User.AccessKeys(); len(all) != 1 || all[0].Status != "Active" {
					return fmt.Sprintf("%d keys in AWS", len(all))
				}
				return ""
			}},
	}
	for i := range all {
		if all[i].name != "login" {
			all[i].ignores = sessions
		}
	}
	return all
}

// linkConfig makes the config file a symbolic link to one among a person's dotfiles.
func linkConfig(s *scene) {
	setUp(s)
	s.Mkdir(s.Path("home/dotfiles"), 0o755)
	for _, err := range []error{os.Rename(s.Config(), s.Path("home/dotfiles/aws")), os.Symlink("../dotfiles/aws", s.Config())} {
		if err != nil {
			s.T.Fatal(err)
		}
	}
}

// linkGone says what is wrong if the config file is no link any more.
func linkGone(s *scene) string {
	if to, err := os.Readlink(s.Config()); err != nil || to != "../dotfiles/aws" {
		return "the config file is no link any more"
	}
	return ""
}

// signedByOther says what is wrong if the last session was asked for by another key than
// the new one.
func signedByOther(s *scene) string {
	calls := s.AWS.Server.Calls("AssumeRole")
	if id := calls[len(calls)-1].AccessKeyID; id != s.other.ID {
		return "the key is not the new one, but " + id
	}
	return ""
}

// keysAt makes the user's keys in AWS what they were at a moment of the recorded run:
// whatever came later is undone.
func keysAt(s *scene, at time.Time) {
	if s.history == nil {
		s.history = s.AWS.Server.Calls("")
		for _, c := range s.history {
			if c.Action == "CreateAccessKey" && c.Created != "" {
				s.other = s.AWS.Server.Key(c.Created)
			}
		}
	}
	for _, k := range s.AWS.User.AccessKeys() {
		s.AWS.Server.Key(k.ID).Delete()
	}
	old := s.AWS.User.ImportAccessKey(s.AWS.Key.ID, s.AWS.Key.Secret)
	old.SetCreated(at.Add(-time.Hour))
	for _, c := range s.history {
		if c.Time.After(at) || c.Error != "" {
			continue
		}
		switch c.Action {
		case "CreateAccessKey":
			s.AWS.User.ImportAccessKey(s.other.ID, s.other.Secret).SetCreated(c.Time)
		case "UpdateAccessKey":
			s.AWS.Server.Key(c.Params["AccessKeyId"]).Deactivate()
		case "DeleteAccessKey":
			s.AWS.Server.Key(c.Params["AccessKeyId"]).Delete()
		}
	}
}
