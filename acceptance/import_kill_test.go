//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A move out of ~/.aws/credentials that is killed at any moment loses no key,
// and running it again finishes it: the keys are in the keychain and nowhere
// in clear.
func TestKilledImport(t *testing.T) {
	t.Parallel()
	w := bare(t, -1)
	robin := w.aws.Account.AddUser("robin").AddAccessKey()
	credentials := w.path("home/.aws/credentials")
	text := fmt.Sprintf("# mine\n[phoebe]\naws_access_key_id = %s\naws_secret_access_key = %s\n[robin]\naws_access_key_id = %s\naws_secret_access_key = %s\n",
		canaryID, canaryKey, robin.ID, robin.Secret)
	const after = "# mine\n[phoebe]\n[robin]\n"
	move := []string{"add", "--from-profile", "--all", "--yes"}
	w.write(credentials, text)
	whole := w.run(move...)
	if whole.code != 0 || w.read(credentials) != after {
		t.Fatalf("not killed: %v", whole)
	}
	const runs = 40
	cut, quickest := 0, whole.took
	for i := range runs {
		for _, name := range []string{"phoebe", "robin"} {
			w.run("remove", name, "--yes")
		}
		w.write(credentials, text)
		cmd := w.command(w.bin, move...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(quickest * time.Duration(i) / runs)
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if cmd.Wait() != nil {
			cut++
		}
		left := w.read(credentials)
		switch left {
		case text:
		case after: // then they have to be in the keychain already
			w.wantStored("phoebe", canaryID, canaryKey)
			w.wantStored("robin", robin.ID, robin.Secret)
		default:
			t.Fatalf("half a file: %q", left)
		}
		r := w.run(move...)
		if r.code != 0 && (r.code != 3 || w.read(credentials) != after) {
			t.Fatalf("the next run: %v", r)
		}
		if left == text {
			quickest = min(quickest, r.took) // the machine may have been busy before
		}
		if w.read(credentials) != after {
			t.Errorf("still in clear: %q", w.read(credentials))
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
	w.write(w.path("home/.aws/credentials"), lines)
	w.write(w.path("home/.aws/.credentials.awsbroker-123"), lines)
	wantSaid(t, "finish", w.run("add", "--from-profile", "old", "--yes"), 0, `key "phoebe" (`+canaryID, "already", "awsbroker setup old --key phoebe", "ready to use: profile admin")
	if left := w.read(w.path("home/.aws/credentials")); left != "[old]\n" {
		t.Errorf("%q", left)
	}
	w.wantNowhere(canaryKey)
}

// Where a copy of the lines stays after all, that is said, and what to do.
func TestImportThatCannotRemove(t *testing.T) {
	t.Parallel()
	w := bare(t, -1)
	path := w.path("home/.aws/credentials")
	w.write(path, fmt.Sprintf("[phoebe]\naws_access_key_id = %s\naws_secret_access_key = %s\n", canaryID, canaryKey))
	// The copy that an edit in place leaves when it is cut short may be the only
	// whole one, so it is not removed unasked.
	backup := path + ".awsbroker-backup"
	w.write(backup, w.read(path))
	wantSaid(t, "backup", w.run("add", "--from-profile", "phoebe", "--yes"), 1, "STILL IN CLEAR beside "+path, backup, "remove the copy")
	w.wantStored("phoebe", canaryID, canaryKey)
	if err := os.Remove(backup); err != nil {
		t.Fatal(err)
	}
	w.wantNowhere(canaryKey)
	if strings.Contains(w.read(path), canaryID) {
		t.Error("the lines are still there")
	}
}

// Somebody else edits the file while the question stands: their edit stays,
// and the key goes all the same.
func TestImportOfAFileThatChanges(t *testing.T) {
	t.Parallel()
	w, tm := bare(t, -1), newTerminal(t)
	path := w.path("home/.aws/credentials")
	w.write(path, fmt.Sprintf("[phoebe]\naws_access_key_id = %s\naws_secret_access_key = %s\n", canaryID, canaryKey))
	asked := w.at(tm, "add", "add", "--from-profile", "phoebe", "--debug")
	tm.expect("move it? [y/N] ")
	w.write(path, "# theirs\n"+w.read(path)+"region = eu-west-1\n")
	tm.send("y\n")
	wantSaid(t, "add", asked.outcome(), 0, "out of "+path)
	if left := w.read(path); left != "# theirs\n[phoebe]\nregion = eu-west-1\n" {
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
		w.write(w.path("home/.aws/credentials"), fmt.Sprintf("[phoebe]\nregion = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n", tt.region, canaryID, canaryKey))
		w.run(append([]string{"add", "--from-profile", "phoebe"}, tt.flags...)...) // nobody says yes
		calls := w.aws.Server.Calls("GetCallerIdentity")
		if len(calls) != i+1 || calls[i].Region != tt.want {
			t.Errorf("%s %v: %+v", tt.region, tt.flags, calls)
		}
	}
}
