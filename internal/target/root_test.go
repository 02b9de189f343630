package target

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

var added = time.Date(2026, 11, 8, 9, 0, 0, 0, time.UTC)

func rootKey() keystore.KeyInfo {
	return keystore.KeyInfo{AccessKeyID: "AKIAROOT", ARN: "arn:aws:iam::123456789012:root", Added: added, Expires: added.Add(RootLife)}
}

func TestCountdown(t *testing.T) {
	expires := added.Add(RootLife)
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{0, "root key, delete within 4 hours"},
		{time.Hour, "root key, delete within 3 hours"},
		{3*time.Hour + 59*time.Minute + 20*time.Second, "root key, delete within 40 seconds"},
		{RootLife, "root key, delete now: its time ended 0 seconds ago"},
		{52 * time.Hour, "root key, delete now: its time ended 2 days ago"},
	} {
		if got := Countdown(expires, added.Add(c.after)); got != c.want {
			t.Errorf("after %s: %q, want %q", c.after, got, c.want)
		}
	}
	if got := Countdown(time.Time{}, added); got != "root key, delete now" {
		t.Errorf("without a date: %q", got)
	}
}

func TestRefuseRoot(t *testing.T) {
	user := keystore.KeyInfo{AccessKeyID: "AKIAUSER", ARN: "arn:aws:iam::123456789012:user/root"}
	china := rootKey()
	china.ARN = "arn:aws-cn:iam::123456789012:root"
	dateless := rootKey()
	dateless.Expires = time.Time{}
	for _, c := range []struct {
		name  string
		key   keystore.KeyInfo
		role  string
		after time.Duration
		want  string // in the message; nothing: not refused
		hint  string // in one of the hints
	}{
		{"a user, whatever the name", user, "", 0, "", ""},
		{"a key that nobody was asked about", keystore.KeyInfo{AccessKeyID: "AKIAOFFLINE"}, "", 0, "", ""},
		{"root in its time", rootKey(), "", time.Hour, "gives programs no session of a root key", "exec --allow-root -- "},
		{"root in its time, deletion", rootKey(), "", time.Hour, "gives programs no session of a root key", "keys delete AKIAROOT"},
		{"root and a role", rootKey(), "arn:aws:iam::123456789012:role/admin-mfa", time.Hour, "cannot assume roles", "setup admin --key NAME"},
		{"root at the last moment", rootKey(), "", RootLife - time.Second, "gives programs no session", ""},
		{"root past its time", rootKey(), "", RootLife, "expired 0 seconds ago, so awsbroker can only delete it", "keys delete AKIAROOT"},
		{"root of another partition", china, "", 24 * time.Hour, "expired 20 hours ago", "keys delete AKIAROOT"},
		{"root without a date", dateless, "", 0, "expired, so awsbroker can only", "keys delete AKIAROOT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := &Target{Profile: &config.Profile{Name: "admin", KeyName: "root-account", RoleARN: c.role}, Key: c.key}
			err := target.RefuseRoot(added.Add(c.after))
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var f *failure.Error
			if !errors.As(err, &f) || f.Reason != failure.Other || !strings.Contains(f.Message, c.want) ||
				!strings.Contains(strings.Join(f.Hints, "\n"), c.hint) {
				t.Errorf("refused with %+v, want %q with the hint %q", err, c.want, c.hint)
			}
		})
	}
}
