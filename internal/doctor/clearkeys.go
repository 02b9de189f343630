package doctor

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	keyInClear = findingKind("key-in-clear", Serious,
		"every program that you run can read it, and so can anyone who gets a backup or the disk")
	keyShadows = findingKind("key-shadows-profile", Serious,
		"most AWS tools use keys in plaintext and never ask awsbroker, so they do not use the session that you expect")
	sessionInClear = findingKind("session-in-clear", Warning,
		"the AWS CLI keeps the sessions of roles that it assumes itself in files, as readable as keys are until they end")
	halfKey = findingKind("half-key", Warning,
		"an access key is an id and its secret, and AWS's tools fail at one without the other")
)

// lookAtClearKeys looks for access keys in the two files.
func (d *doctor) lookAtClearKeys() (string, error) {
	if d.cfg == nil {
		return "", errors.New("the files cannot be read")
	}
	ours := d.cfg.Ours()
	for _, name := range d.cfg.Names() {
		keys, err := d.cfg.ClearKeys(name)
		if err != nil {
			f := placeOf(err)
			f.Mend = say.EditFile(f.File, f.Line)
			d.found(halfKey, f)
			continue
		}
		for _, k := range keys {
			d.clearKey(k, slices.Contains(ours, name))
		}
	}
	d.lookAtCLICache()
	return "", nil
}

// lookAtCLICache looks for sessions that the AWS CLI keeps.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html#cli-configure-role-cache
func (d *doctor) lookAtCLICache() {
	home, err := os.UserHomeDir()
	if err != nil {
		return
	}
	paths, _ := filepath.Glob(filepath.Join(home, ".aws", "cli", "cache", "*.json"))
	for _, path := range paths {
		var kept struct {
			Credentials     struct{ Expiration string }
			AssumedRoleUser struct{ Arn string }
		}
		data, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(data, &kept) != nil {
			continue
		}
		// Versions of the CLI write Z and UTC.
		ends, err := time.Parse(time.RFC3339, strings.Replace(kept.Credentials.Expiration, "UTC", "Z", 1))
		if err != nil || ends.Before(d.now) {
			continue
		}
		d.found(sessionInClear, Finding{
			File:   path,
			Title:  fmt.Sprintf("the AWS CLI keeps a session of %s in plaintext, for another %s", cmp.Or(kept.AssumedRoleUser.Arn, "a role"), say.Duration(ends.Sub(d.now))),
			Advice: "have awsbroker assume the role (awsbroker setup PROFILE), and remove the file",
			Mend:   say.RemoveFile(path), fix: mendByRemoving(d.broker, path),
		})
	}
}

// clearKey tells of a key in clear. One that ends by itself is no harm but
// where it is in the way.
func (d *doctor) clearKey(k config.ClearKey, ours bool) {
	temporary := k.Token || credential.IsTemporaryKeyID(k.ID)
	f := Finding{File: k.File, Line: k.Line}
	move := "awsbroker add --from-profile " + say.ShellWord(k.Profile)
	switch {
	case ours && temporary:
		f.Title = fmt.Sprintf("profile %s has a session in plaintext, which AWS tools use instead of awsbroker", k.Profile)
		f.Mend = say.EditFile(k.File, k.Line)
		f.fix = mendFiles(d.broker, setProfile(d.broker, k.Profile, nil, config.ClearKeyLines...))
		if k.File == d.broker.Paths.Credentials {
			f.fix = mendFiles(d.broker, withoutKeys(d.broker, k.Section, config.ClearKeyLines...))
		}
		d.found(keyShadows, f)
	case ours:
		f.Title = fmt.Sprintf("profile %s has the key %s in plaintext, which AWS tools use instead of awsbroker", k.Profile, credential.ShowID(k.ID))
		f.Mend, f.fix = move, mendByMoving(d.broker, k.Profile)
		d.found(keyShadows, f)
	case !temporary:
		f.Title = fmt.Sprintf("profile %s has the key %s in plaintext", k.Profile, credential.ShowID(k.ID))
		f.Mend, f.fix = move, mendByMoving(d.broker, k.Profile)
		d.found(keyInClear, f)
	}
}
