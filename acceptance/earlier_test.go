//go:build linux

package acceptance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// earlier has a person's files as earlier builds left them, one directory a commit, with
// {DIR} for the directory of the machine. The passphrase is machine.Passphrase. They were
// made by TestWriteEarlier:
//
//	git worktree add /tmp/earlier dd4a8c0 && (cd /tmp/earlier && go build -o /tmp/earlier-bin ./cmd/awsbroker)
//	AWSBROKER_EARLIER=/tmp/earlier-bin AWSBROKER_EARLIER_NAME=dd4a8c0 go test ./acceptance -count=1 -run TestWriteEarlier -v
const earlier = "testdata/earlier"

// The key in those files: AWS's own example.
const (
	earlierID  = "AKIAIOSFODNN7EXAMPLE"
	earlierKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// TestReadsWhatEarlierWrote: the key and the seed are found, the profile works, the log is
// shown with what was given out since, and nothing is lost.
func TestReadsWhatEarlierWrote(t *testing.T) {
	builds, err := filepath.Glob(earlier + "/*")
	if err != nil || len(builds) < 2 {
		t.Fatalf("%q, %v", builds, err)
	}
	for _, dir := range builds {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			w := bare(t, -1)
			w.AWS.User.ImportAccessKey(earlierID, earlierKey)
			copyTree(t, os.DirFS(dir), w.Dir, "{DIR}", w.Dir)
			config := w.Read(w.Config())
			var list struct {
				Keys []struct {
					Name        string `json:"name"`
					AccessKeyID string `json:"access_key_id"`
				} `json:"keys"`
				Profiles []struct{ Name, Key string } `json:"profiles"`
			}
			r := w.Run("list", "--json")
			if json.Unmarshal([]byte(r.Stdout), &list) != nil || len(list.Keys) != 1 || list.Keys[0].Name != "phoebe" || list.Keys[0].AccessKeyID != earlierID || len(list.Profiles) != 1 {
				t.Fatalf("list: %v", r)
			}
			grants := strings.Count(w.Run("log", "--json").Stdout, "\n")
			if grants < 2 {
				t.Errorf("the log has %d grants: %v", grants, w.Run("log"))
			}
			w.Login("admin")
			wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
			w.wantAssumed(1)
			if now := strings.Count(w.Run("log", "--json").Stdout, "\n"); now != grants+2 {
				t.Errorf("the log has %d grants after two more, and had %d", now, grants)
			}
			if r := w.Run("keystore", "--json"); r.Code != 0 || !strings.Contains(r.Stdout, `"file"`) {
				t.Errorf("keystore: %v", r)
			}
			if r := w.Run("mfa", "seed", "--remove", "--yes", "--profile", "admin"); r.Code != 0 {
				t.Errorf("the seed is not there: %v", r)
			}
			if w.Read(w.Config()) != config {
				t.Errorf("the config file is now\n%s", w.Read(w.Config()))
			}
			if r := w.Run("remove", "phoebe", "--yes"); r.Code != 0 {
				t.Errorf("remove: %v", r)
			}
		})
	}
}

// copyTree copies files and replaces a text in those that are text.
func copyTree(t *testing.T, from fs.FS, to, text, by string) {
	t.Helper()
	err := fs.WalkDir(from, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, ".lock") {
			return err
		}
		data, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, path)), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), []byte(strings.ReplaceAll(string(data), text, by)), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWriteEarlier has an earlier build write a person's files, and then goes on in the
// same place with the build of today: its session is given out, or asked for anew.
func TestWriteEarlier(t *testing.T) {
	bin, name := os.Getenv("AWSBROKER_EARLIER"), os.Getenv("AWSBROKER_EARLIER_NAME")
	if bin == "" || name == "" {
		t.Skip("no earlier build is named: see the comment of earlier")
	}
	m := machine.New(t, bin, -1)
	m.AWS.Key = m.AWS.User.ImportAccessKey(earlierID, earlierKey)
	m.SetUp()
	if r := m.RunWith(m.AWS.Device.Seed, "mfa", "seed", "-", "--yes", "--profile", "admin"); r.Code != 0 {
		t.Fatal(r)
	}
	m.Login("admin")
	machine.Rest()
	for range 2 {
		if r := m.Run("credential-process", "--profile", "admin"); r.Code != 0 {
			t.Fatal(r)
		}
	}
	for _, part := range []string{"home/.aws", "home/.local/state/awsbroker", "home/.local/share/awsbroker"} {
		to := filepath.Join(earlier, name, part)
		copyTree(t, os.DirFS(m.Path(part)), to, m.Dir, "{DIR}")
	}
	sessions := m.Path("home/.cache/awsbroker/sessions")
	to := filepath.Join("../internal/session/testdata", name)
	sealed, err := filepath.Glob(sessions + "/*.sealed")
	if err != nil || os.MkdirAll(to, 0o755) != nil {
		t.Fatal(err)
	}
	for _, path := range sealed {
		m.Write(filepath.Join(to, filepath.Base(path)+".hex"), hex.EncodeToString([]byte(m.Read(path)))+"\n")
	}
	m.Write(filepath.Join(to, "key.hex"), sealingKey(t, sessions))

	today := bare(t, -1)
	m.Write(m.Bin+".new", today.Read(today.Bin))
	m.Chmod(0o755, m.Bin+".new")
	if err := os.Rename(m.Bin+".new", m.Bin); err != nil {
		t.Fatal(err)
	}
	before := len(m.AWS.Server.Calls("AssumeRole"))
	r := m.Run("credential-process", "--profile", "admin", "--mfa-code", m.Code())
	wantAnswer(t, r)
	t.Logf("after the upgrade: %d requests for a new session; %v", len(m.AWS.Server.Calls("AssumeRole"))-before, m.Run("list"))
}

// sealingKey is what the kernel keeps to open the sessions of a directory with.
func sealingKey(t *testing.T, dir string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(dir))
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", "awsbroker:"+hex.EncodeToString(sum[:8]), 0)
	key := make([]byte, 100)
	n := 0
	if err == nil {
		n, err = unix.KeyctlBuffer(unix.KEYCTL_READ, id, key, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(key[:n]) + "\n"
}
