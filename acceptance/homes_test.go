//go:build linux

package acceptance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// everything below the directories: whose it is, its mode, and what is in it.
func everything(t *testing.T, dirs ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			text := []byte(nil)
			if info.Mode().IsRegular() {
				text, err = os.ReadFile(path)
			}
			all[path] = fmt.Sprintf("%v of %d, %q", info.Mode(), info.Sys().(*syscall.Stat_t).Uid, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// link makes one of the person's.
func (w *world) link(to, path string) {
	w.t.Helper()
	if err := os.Symlink(to, path); err != nil {
		w.t.Fatal(err)
	}
	if w.UID >= 0 {
		if err := os.Lchown(path, w.UID, w.UID); err != nil {
			w.t.Fatal(err)
		}
	}
}

// asRoot is root with the person's environment, as sudo -E has it.
func (w *world) asRoot() *world {
	root := *w.Machine
	root.UID = -1
	return (&world{&root, w.t}).With("AWS_ACCESS_KEY_ID="+w.AWS.Key.ID, "AWS_SECRET_ACCESS_KEY="+w.AWS.Key.Secret, "AWS_ENDPOINT_URL="+w.URL)
}

// TestRootInAnothersHome: root writes nothing there, neither where nothing is yet
// nor by way of the person's links, and says at once that it does not (M5).
func TestRootInAnothersHome(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(w *world, secret string){
		"fresh": func(*world, string) {},
		"state": func(w *world, _ string) {
			w.Mkdir(w.Path("home/.local"), 0o755)
			w.Mkdir(w.Path("home/.local/state"), 0o755)
		},
		"set up": func(w *world, _ string) { w.SetUp(); w.Login("admin") },
		"left by root": func(w *world, _ string) { // by an earlier version
			for _, dir := range []string{"state", "share"} {
				if err := os.MkdirAll(w.Path("home/.local/"+dir+"/awsbroker"), 0o700); err != nil {
					w.t.Fatal(err)
				}
			}
		},
		"linked state": func(w *world, secret string) {
			w.Mkdir(w.Path("home/.local"), 0o755)
			w.link(secret, w.Path("home/.local/state"))
			w.link(secret, w.Path("home/.local/share"))
		},
		"linked keystore": func(w *world, secret string) {
			w.SetUp()
			if err := os.RemoveAll(w.Path("home/.local/share/awsbroker/keystore")); err != nil {
				w.t.Fatal(err)
			}
			w.link(secret, w.Path("home/.local/share/awsbroker/keystore"))
		},
		"linked lock": func(w *world, secret string) {
			w.SetUp()
			for _, dir := range []string{w.Path("home/.local/state/awsbroker"), w.Path("home/.local/share/awsbroker/keystore")} {
				for _, lock := range []string{"keystore.json.lock", ".lock", "generation", "log", "log.lock"} {
					_ = os.Remove(filepath.Join(dir, lock))
					w.link(filepath.Join(secret, lock), filepath.Join(dir, lock))
				}
			}
		},
		"linked config": func(w *world, secret string) {
			w.link(filepath.Join(secret, "rules"), w.Path("home/.aws/config"))
			w.link(filepath.Join(secret, "rules"), w.Path("home/.aws/credentials"))
		},
		"linked cache": func(w *world, secret string) {
			w.link(secret, w.Path("home/.cache"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bare(t, user(t))
			secret := w.Path("root")
			for _, dir := range []string{secret, secret + "/awsbroker", secret + "/awsbroker/keystore", secret + "/awsbroker/sessions"} {
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(secret+"/rules", []byte("[default]\nregion = eu-central-1\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			prepare(w, secret)
			before := everything(t, w.Home, secret)
			root := w.asRoot()
			for _, args := range []string{
				"add mine --from-env --keystore file", "add other --from-env", "remove phoebe --yes",
				"setup p2 --key phoebe --role-arn arn:aws:iam::123456789012:role/x --yes", "doctor --fix --yes",
				"credential-process --profile admin --mfa-code -", "login --profile admin --mfa-code -",
				"rotate phoebe --yes --mfa-code -", "keystore", "keystore move file --yes", "logout --all", "list", "explain --profile admin", "log",
				"bootstrap --yes",
			} {
				r := root.RunWith(w.Code(), strings.Fields(args)...)
				after := everything(t, w.Home, secret)
				for path := range after {
					if after[path] != before[path] {
						t.Errorf("%s: %s is now %s, was %s: %v", args, path, after[path], before[path], r)
					}
				}
				for path := range before {
					if after[path] == "" {
						t.Errorf("%s: %s is gone: %v", args, path, r)
					}
				}
				before = after
				if strings.HasPrefix(args, "add ") && (r.Code != 1 || !strings.Contains(r.Stderr, "another user") || !strings.Contains(r.Stderr, "sudo")) {
					t.Errorf("%s: %v", args, r)
				}
			}
		})
	}
}

// TestOwnLinks: directories that the person keeps on another disk, and files that
// a manager of dotfiles has linked, are used as ever.
func TestOwnLinks(t *testing.T) {
	t.Parallel()
	for name, uid := range map[string]int{"user": user(t), "root": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bare(t, uid)
			for _, dir := range []string{"disk", "disk/share", "disk/state", "disk/cache", "disk/dotfiles", "home/.local"} {
				w.Mkdir(w.Path(dir), 0o755)
			}
			w.link(w.Path("disk/share"), w.Path("home/.local/share"))
			w.link("../../disk/state", w.Path("home/.local/state"))
			w.link(w.Path("disk/cache"), w.Path("home/.cache"))
			w.link(w.Path("disk/dotfiles/config"), w.Path("home/.aws/config"))
			w.SetUp()
			if r := w.Run("setup", "other", "--key", "phoebe", "--role-arn", w.AWS.Role.ARN(), "--mfa-serial", w.AWS.Device.Serial, "--yes"); r.Code != 0 {
				t.Fatal(r)
			}
			if info, err := os.Lstat(w.Config()); err != nil || info.Mode()&fs.ModeSymlink == 0 || !strings.Contains(w.Read(w.Path("disk/dotfiles/config")), "[profile other]") {
				t.Error("the link to the config file is no link any more")
			}
			w.Login("admin")
			machine.Rest()
			wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
			w.AddKey("second", w.AWS.Key)
			if r := w.Run("remove", "second", "--yes"); r.Code != 0 {
				t.Error(r)
			}
			if len(files(t, w.Path("disk/share/awsbroker/keystore"))) == 0 || len(files(t, w.Path("disk/state/awsbroker"))) == 0 {
				t.Error("nothing is on the other disk")
			}
		})
	}
}

// TestVolume: a directory of the system's that the person may write to, as containers
// have them, is as good as a home.
func TestVolume(t *testing.T) {
	t.Parallel()
	w := bare(t, user(t))
	volume := w.Path("volume")
	if err := os.Mkdir(volume, 0o777); err != nil {
		t.Fatal(err)
	}
	w.Chmod(0o777|fs.ModeSticky, volume)
	w = w.With("XDG_DATA_HOME="+volume, "XDG_STATE_HOME="+volume, "XDG_CACHE_HOME="+volume)
	w.SetUp()
	w.Login("admin")
	machine.Rest()
	wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
	w.wantAssumed(1)
}
