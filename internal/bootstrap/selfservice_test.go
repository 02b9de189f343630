//go:build !windows

package bootstrap

import (
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/iam"
)

// enrolls tries to give a user a device of some name by the user's key alone.
func (f *founding) enrolls(u *fakeaws.User, device string) bool {
	f.t.Helper()
	key := u.AddAccessKey()
	defer key.Delete()
	c, err := iam.New(awsapi.Endpoint{URL: f.server.URL(), Region: "us-east-1"},
		credential.Credentials{AccessKeyID: key.ID, SecretAccessKey: credential.NewSecret(key.Secret)})
	if err != nil {
		f.t.Fatal(err)
	}
	made, err := c.CreateVirtualMFADevice(f.t.Context(), device)
	if err == nil {
		d, now := f.account.Device(made.Serial), time.Now()
		err = c.EnableMFADevice(f.t.Context(), u.Name, made.Serial, credential.NewSecret(d.CodeAt(now.Add(-30*time.Second))), credential.NewSecret(d.CodeAt(now)))
	}
	if err != nil && !awsapi.Is(err, awsapi.Denied, awsapi.Exists) {
		f.t.Fatal(err)
	}
	return err == nil
}

// TestSelfServiceByTheKeyAlone: a member's key alone enrolls a first device only where
// that was chosen, and never a second one, nor one of a colleague's name.
func TestSelfServiceByTheKeyAlone(t *testing.T) {
	t.Parallel()
	for name, chosen := range map[string]bool{"--self-service": false, "--self-enroll": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			f.run.Options.KeepRootKey, f.run.Options.SelfService, f.run.Options.SelfEnroll = true, !chosen, chosen
			f.succeed()
			rosa, phoebe := f.account.AddUser("rosa"), f.account.User("phoebe")
			f.account.AddGroup("administrators").AddUser(rosa)
			if f.enrolls(rosa, "quentin") {
				t.Error("rosa's key took quentin's name")
			}
			if f.enrolls(rosa, "rosa") != chosen {
				t.Errorf("rosa's key enrolls a first device: %v", !chosen)
			}
			if f.enrolls(rosa, "rosa") || f.enrolls(rosa, "rosa-2") || f.enrolls(phoebe, "phoebe") || f.enrolls(phoebe, "phoebe-2") {
				t.Error("a key alone enrolled a second device")
			}
		})
	}
}
