package doctor

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/say"
)

var loginInClear = findingKind("login-in-clear", Warning,
	"aws login leaves the session of the person who signed in, such as the root user, in a file that every program of yours can read and renew, without the role and without a code")

// loginLife is how long a session of `aws login` can be renewed.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html
const loginLife = 12 * time.Hour

// lookAtLogins looks for sessions of `aws login`, which the AWS CLI and SDKs keep in
// files that are named after the login_session of a profile.
func (d *doctor) lookAtLogins() (string, error) {
	dir := loginDir()
	if dir == "" {
		return "", nil
	}
	who := d.loginSessions()
	paths, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, path := range paths {
		var kept struct {
			AccessToken struct {
				AccountID string    `json:"accountId"`
				ExpiresAt time.Time `json:"expiresAt"`
			} `json:"accessToken"`
			RefreshToken string `json:"refreshToken"`
		}
		data, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(data, &kept) != nil || kept.RefreshToken == "" || kept.AccessToken.ExpiresAt.Add(loginLife).Before(d.now) {
			continue
		}
		login := who[strings.TrimSuffix(filepath.Base(path), ".json")]
		account := cmp.Or(kept.AccessToken.AccountID, "an unknown account")
		f := Finding{
			File:   path,
			Title:  fmt.Sprintf("a session of aws login for account %s is in plaintext", account),
			Advice: "no profile has it any more; remove the file",
			Mend:   say.RemoveFile(path), fix: mendByRemoving(d.broker, path),
		}
		if len(login.profiles) > 0 {
			f.Title = fmt.Sprintf("a session of aws login as %s (profile %s) is in plaintext, %s", login.arn, fewOf(login.profiles), d.loginEnd(kept.AccessToken.ExpiresAt))
			f.Advice, f.Mend, f.fix = "sign out when you do not need it", "aws logout --profile "+say.ShellWord(login.profiles[0]), nil
		}
		d.found(loginInClear, f)
	}
	return "", nil
}

// loginEnd says when a session ends whose last credentials end at ends.
func (d *doctor) loginEnd(ends time.Time) string {
	if left := ends.Sub(d.now); left > 0 {
		return fmt.Sprintf("for another %s, and can be renewed for %s", say.Duration(left), say.Duration(loginLife))
	}
	return fmt.Sprintf("and can be renewed for up to %s", say.Duration(ends.Add(loginLife).Sub(d.now)))
}

// login is who signed in, and for which profiles.
type login struct {
	arn      string
	profiles []string
}

// loginSessions returns the login_session of the profiles, by the name of its file.
func (d *doctor) loginSessions() map[string]login {
	found := map[string]login{}
	if d.cfg == nil {
		return found
	}
	for _, name := range d.cfg.Names() {
		arn, _ := d.cfg.Value(name, "login_session")
		if arn == "" {
			continue
		}
		file := fmt.Sprintf("%x", sha256.Sum256([]byte(arn)))
		found[file] = login{arn, append(slices.Clip(found[file].profiles), name)}
	}
	return found
}

// loginDir is where the AWS CLI keeps sessions of `aws login`; empty if that is nowhere.
func loginDir() string {
	home, err := os.UserHomeDir()
	if dir := os.ExpandEnv(os.Getenv("AWS_LOGIN_CACHE_DIRECTORY")); dir != "" {
		if rest, ok := strings.CutPrefix(dir, "~"); ok && err == nil {
			return filepath.Join(home, rest)
		}
		return dir
	}
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".aws", "login", "cache")
}
