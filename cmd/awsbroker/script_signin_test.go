//go:build !windows

package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cachedLogin is what `aws login` leaves in ~/.aws/login/cache, as botocore reads it.
type cachedLogin struct {
	AccessToken struct {
		AccessKeyID     string    `json:"accessKeyId"`
		SecretAccessKey string    `json:"secretAccessKey"`
		SessionToken    string    `json:"sessionToken"`
		AccountID       string    `json:"accountId"`
		ExpiresAt       time.Time `json:"expiresAt"`
	} `json:"accessToken"`
	TokenType    string `json:"tokenType"`
	RefreshToken string `json:"refreshToken"`
	IDToken      string `json:"idToken"`
	ClientID     string `json:"clientId"`
	DPoPKey      string `json:"dpopKey"`
}

// loginCache is the file of a session of `aws login`.
func loginCache(home, session string) string {
	return filepath.Join(home, ".aws", "login", "cache", fmt.Sprintf("%x.json", sha256.Sum256([]byte(session))))
}

// signIn signs a user in as `aws login` does, for a profile that has the login_session.
func (s *story) signIn(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "signin root|USER")
	user := s.aws.Account.Root()
	if args[0] != "root" {
		user = s.aws.Account.AddUser(args[0])
	}
	l := user.SignIn(true)
	c := cachedLogin{TokenType: "urn:aws:params:oauth:token-type:access_token_sigv4", RefreshToken: "refresh", IDToken: "id", ClientID: "arn:aws:signin:::devtools/same-device", DPoPKey: "key"}
	c.AccessToken.AccessKeyID, c.AccessToken.SecretAccessKey, c.AccessToken.SessionToken = l.AccessKeyID, l.SecretAccessKey, l.SessionToken
	c.AccessToken.AccountID, c.AccessToken.ExpiresAt = l.Account, l.Expires
	data, err := json.Marshal(c)
	ts.Check(err)
	path := loginCache(ts.Getenv("HOME"), l.ARN)
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, data, 0o600))
}

// exportLogin prints the session of a profile that `aws login` has signed in.
func exportLogin(profile string) error {
	config, err := os.ReadFile(os.Getenv("HOME") + "/.aws/config")
	if err != nil {
		return err
	}
	m := regexp.MustCompile(`(?m)^\[profile ` + regexp.QuoteMeta(profile) + `\]\n(?:[^\[\n].*\n|\n)*?login_session = (.*)$`).FindSubmatch(config)
	if m == nil {
		return fmt.Errorf("the config profile (%s) could not be found", profile)
	}
	var c cachedLogin
	data, err := os.ReadFile(loginCache(os.Getenv("HOME"), string(m[1])))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil || time.Now().After(c.AccessToken.ExpiresAt) {
		return errors.New("Your session has expired. Please reauthenticate using \"aws login\".")
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"Version": 1, "AccessKeyId": c.AccessToken.AccessKeyID,
		"SecretAccessKey": c.AccessToken.SecretAccessKey, "SessionToken": c.AccessToken.SessionToken, "Expiration": c.AccessToken.ExpiresAt})
}
