//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// A move out of ~/.aws/credentials that is killed at any moment loses no key,
// and running it again finishes it: the keys are in the keychain and nowhere
// in clear.
func TestKilledImport(t *testing.T) {
	t.Parallel()
	w := bare(t, -1)
	robin := w.AWS.Account.AddUser("robin").AddAccessKey()
	credentials := w.Path("home/.aws/credentials")
	text := fmt.Sprintf("# mine\n[phoebe]\naws_access_key_id = %s\naws_secret_access_key = %s\n[robin]\naws_access_key_id = %s\naws_secret_access_key = %s\n",
		canaryID, canaryKey, robin.ID, robin.Secret)
	const after = "# mine\n[phoebe]\n[robin]\n"
	move := []string{"add", "--from-profile", "--all", "--yes"}
	w.Write(credentials, text)
	whole := w.Run(move...)
	if whole.Code != 0 || w.Read(credentials) != after {
		t.Fatalf("not killed: %v", whole)
	}
	const runs = 40
	cut, quickest := 0, whole.Took
	for i := range runs {
		for _, name := range []string{"phoebe", "robin"} {
			w.Run("remove", name, "--yes")
		}
		w.Write(credentials, text)
		cmd := w.Command(w.Bin, move...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(quickest * time.Duration(i) / runs)
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if cmd.Wait() != nil {
			cut++
		}
		left := w.Read(credentials)
		switch left {
		case text:
		case after: // then they have to be in the keychain already
			w.wantStored("phoebe", canaryID, canaryKey)
			w.wantStored("robin", robin.ID, robin.Secret)
		default:
			t.Fatalf("half a file: %q", left)
		}
		r := w.Run(move...)
		if r.Code != 0 && (r.Code != 3 || w.Read(credentials) != after) {
			t.Fatalf("the next run: %v", r)
		}
		if left == text {
			quickest = min(quickest, r.Took) // the machine may have been busy before
		}
		if w.Read(credentials) != after {
			t.Errorf("still in clear: %q", w.Read(credentials))
		}
		w.wantStored("phoebe", canaryID, canaryKey)
		w.wantStored("robin", robin.ID, robin.Secret)
		for _, secret := range []string{canaryKey, robin.Secret} {
			w.wantNowhere(secret)
		}
		if t.Failed() {
			t.Fatalf("in run %d", i)
		}
	}
	if cut < runs/10 {
		t.Errorf("only %d of %d runs were cut short", cut, runs)
	}
	t.Logf("%d of %d runs were cut short", cut, runs)
}

// What an earlier run left in both places, and beside the file.
func TestImportFinishesAnEarlierRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // phoebe is in the keychain
	lines := fmt.Sprintf("[old]\naws_access_key_id = %s\naws_secret_access_key = %s\n", canaryID, canaryKey)
	w.Write(w.Path("home/.aws/credentials"), lines)
	w.Write(w.Path("home/.aws/.credentials.awsbroker-123"), lines)
	wantSaid(t, "finish", w.Run("add", "--from-profile", "old", "--yes"), 0, `key "phoebe" (`+canaryID, "already", "awsbroker setup old --key phoebe", "ready to use: profile admin")
	if left := w.Read(w.Path("home/.aws/credentials")); left != "[old]\n" {
		t.Errorf("%q", left)
	}
	w.wantNowhere(canaryKey)
}

// Where a copy of the lines stays after all, that is said, and what to do.
func TestImportThatCannotRemove(t *testing.T) {
	t.Parallel()
	w := bare(t, -1)
	path := w.Path("home/.aws/credentials")
	w.Write(path, fmt.Sprintf("[phoebe]\naws_access_key_id = %s\naws_secret_access_key = %s\n", canaryID, canaryKey))
	// The copy that an edit in place leaves when it is cut short may be the only
	// whole one, so it is not removed unasked.
	backup := path + ".awsbroker-backup"
	w.Write(backup, w.Read(path))
	wantSaid(t, "backup", w.Run("add", "--from-profile", "phoebe", "--yes"), 1, "STILL IN PLAINTEXT in a copy beside "+path, backup, "remove the copy")
	w.wantStored("phoebe", canaryID, canaryKey)
	if err := os.Remove(backup); err != nil {
		t.Fatal(err)
	}
	w.wantNowhere(canaryKey)
	if strings.Contains(w.Read(path), canaryID) {
		t.Error("the lines are still there")
	}
}

// Somebody else edits the file while the question stands: their edit stays,
// and the key goes all the same.
func TestImportOfAFileThatChanges(t *testing.T) {
	t.Parallel()
	w, tm := bare(t, -1), machine.NewTerminal(t)
	path := w.Path("home/.aws/credentials")
	w.Write(path, fmt.Sprintf("[phoebe]\naws_access_key_id = %s\naws_secret_access_key = %s\n", canaryID, canaryKey))
	asked := w.At(tm, "add", "add", "--from-profile", "phoebe", "--debug")
	tm.Expect("Move it? [y/N] ")
	w.Write(path, "# theirs\n"+w.Read(path)+"region = eu-west-1\n")
	tm.Send("y\n")
	wantSaid(t, "add", asked.Outcome(), 0, "removed from "+path)
	if left := w.Read(path); left != "# theirs\n[phoebe]\nregion = eu-west-1\n" {
		t.Errorf("%q", left)
	}
	w.wantStored("phoebe", canaryID, canaryKey)
	w.wantNowhere(canaryKey)
}

// A key of another partition is known there alone: the profile's region says
// where to ask, and --region does first.
func TestImportAsksInTheProfilesPartition(t *testing.T) {
	t.Parallel()
	w := bare(t, -1)
	for i, tt := range []struct {
		region string
		flags  []string
		want   string
	}{
		{"cn-north-1", nil, "cn-north-1"},
		{"eu-central-1", nil, "us-east-1"},
		{"cn-north-1", []string{"--region", "us-gov-west-1"}, "us-gov-west-1"},
	} {
		w.Write(w.Path("home/.aws/credentials"), fmt.Sprintf("[phoebe]\nregion = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n", tt.region, canaryID, canaryKey))
		w.Run(append([]string{"add", "--from-profile", "phoebe"}, tt.flags...)...) // nobody says yes
		calls := w.AWS.Server.Calls("GetCallerIdentity")
		if len(calls) != i+1 || calls[i].Region != tt.want {
			t.Errorf("%s %v: %+v", tt.region, tt.flags, calls)
		}
	}
}
