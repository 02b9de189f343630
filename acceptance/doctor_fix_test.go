//go:build linux

package acceptance

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestDoctorAlso has findings in other places than the fixtures of
// TestDoctorFinds, and holds what --fix makes of them.
func TestDoctorAlso(t *testing.T) {
	const id, secret = "AKIAWILMAWILMAWILMA2", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	wilma := func(w *world) { w.AWS.Account.AddUser("wilma").ImportAccessKey(id, secret) }
	mode := func(w *world, path string) string {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm().String()
	}
	for name, m := range map[string]struct {
		arrange func(*world)
		found   []string
		left    []string
		after   func(*testing.T, *world)
	}{
		"a key that shadows a profile": {
			arrange: func(w *world) { wilma(w); w.Write(w.credentials(), inClear("admin", id, secret)+"region = x\n") },
			found:   []string{"key-shadows-profile", "overridden"}, left: []string{"overridden"}, // the region of that file wins
			after: func(t *testing.T, w *world) {
				if w.Read(w.credentials()) != "[admin]\nregion = x\n" || !strings.Contains(w.Run("list").Stdout, id) {
					t.Errorf("%s", w.Read(w.credentials()))
				}
			},
		},
		"one key in three profiles": {
			arrange: func(w *world) {
				wilma(w)
				w.Write(w.credentials(), inClear("a", id, secret)+inClear("b", id, secret))
				w.Write(w.Config(), w.Read(w.Config())+"\n"+inClear("profile c", id, secret))
			},
			found: []string{"key-in-clear", "key-in-clear", "key-in-clear"},
			after: func(t *testing.T, w *world) {
				if strings.Contains(w.Read(w.Config())+w.Read(w.credentials()), secret) {
					t.Error("the key is still in clear")
				}
			},
		},
		"a key that AWS does not know stays": {
			arrange: func(w *world) { w.Write(w.credentials(), inClear("old", id, secret)) },
			found:   []string{"key-in-clear"}, left: []string{"key-in-clear"},
			after: func(t *testing.T, w *world) {
				if w.Read(w.credentials()) != inClear("old", id, secret) {
					t.Error("the key is lost")
				}
			},
		},
		"sessions that end by themselves are nobody's harm": {
			arrange: func(w *world) {
				w.Write(w.credentials(), inClear("tool", "ASIAWILMAWILMAWILMA2", secret)+"aws_session_token = x\n")
			},
		},
		"directories and files of ours": {
			arrange: func(w *world) {
				w.Chmod(0o777, w.Path("home/.aws"))
				w.Chmod(0o755, w.Path("home/.local/state/awsbroker"))
				w.Chmod(0o644, w.record())
				w.Chmod(0o755, w.Path("home/.local/share/awsbroker/keystore"))
			},
			found: []string{"readable-by-others", "readable-by-others", "readable-by-others", "writable-by-others"},
			after: func(t *testing.T, w *world) {
				if mode(w, w.Path("home/.aws")) != "-rwxr-xr-x" || mode(w, w.record()) != "-rw-------" || mode(w, w.Path("home/.local/share/awsbroker/keystore")) != "-rwx------" {
					t.Error(mode(w, w.Path("home/.aws")), mode(w, w.record()))
				}
			},
		},
		"a link to a file that others may write": {
			arrange: func(w *world) {
				real := w.Path("dotfiles")
				w.Write(real, w.Read(w.Config()))
				w.Chmod(0o666, real)
				os.Remove(w.Config())
				if err := os.Symlink(real, w.Config()); err != nil {
					w.t.Fatal(err)
				}
			},
			found: []string{"writable-by-others"},
			after: func(t *testing.T, w *world) {
				if info, err := os.Lstat(w.Config()); err != nil || info.Mode()&os.ModeSymlink == 0 || mode(w, w.Path("dotfiles")) != "-rw-r--r--" {
					t.Error(info, err)
				}
			},
		},
		"a group of the user's own": {
			arrange: func(w *world) {
				if st, err := os.Stat(w.Config()); err != nil || st.Sys().(*syscall.Stat_t).Gid != st.Sys().(*syscall.Stat_t).Uid {
					skip(w.t, "the user's group has another number")
				}
				w.Chmod(0o770, w.Path("home/.aws"))
				w.Chmod(0o660, w.Config())
			},
		},
		"a program that others may write": {
			arrange: func(w *world) { w.Chmod(0o757, w.Path("bin")) },
			found:   []string{"writable-by-others"},
		},
		"a program that gives codes and that others may write": {
			arrange: func(w *world) {
				giver := w.Path("home/code")
				w.Write(giver, "#!/bin/sh\ncat "+w.Path("code")+"\n")
				w.Chmod(0o757, giver)
				w.edit(w.Config(), "awsbroker_mfa_process = cat "+w.Path("code"), "awsbroker_mfa_process = "+giver+" --now")
			},
			found: []string{"writable-by-others"},
		},
		"a home directory that others may write": {
			arrange: func(w *world) { w.Chmod(0o777, w.Home) },
			found:   []string{"writable-by-others"},
		},
		"a copy that may be needed is left": {
			arrange: func(w *world) { w.Write(w.Config()+".awsbroker-backup", "[profile old]\n") },
			found:   []string{"leftover"}, left: []string{"leftover"},
		},
		"a copy of an edit that is at work": {
			arrange: func(w *world) { w.Write(w.Path("home/.aws/.config.awsbroker-1"), "[profile old]\n") },
		},
		"settings of a role in the credentials file": {
			arrange: func(w *world) {
				w.edit(w.Config(), "awsbroker_role_arn", "# was")
				w.Write(w.credentials(), "# kept\r\n[admin]\r\nrole_arn = "+w.AWS.Role.ARN()+"\r\n# kept too\r\n")
			},
			found: []string{"beside-process"},
			after: func(t *testing.T, w *world) {
				if w.Read(w.credentials()) != "# kept\r\n[admin]\r\n# kept too\r\n" || !strings.Contains(w.Read(w.Config()), "awsbroker_role_arn = "+w.AWS.Role.ARN()) {
					t.Errorf("%q\n%s", w.Read(w.credentials()), w.Read(w.Config()))
				}
				w.Write(w.Path("code"), w.Code())
				wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
			},
		},
		"two profiles of a program that moved": {
			arrange: func(w *world) {
				w.Profile("other", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "awsbroker_mfa_process = date")
				w.edit(w.Config(), w.Bin, "/opt/gone/awsbroker")
			},
			found: []string{"program-missing"},
		},
		"a session for every call at a long minimum is asked for by nobody": {
			arrange: func(w *world) { w.adminProfile("awsbroker_mfa_session = 8h", "awsbroker_min_ttl = 2h") },
		},
		"text that moves the cursor": {
			arrange: func(w *world) { w.Write(w.Config(), w.Read(w.Config())+"[profile x\x1b[2J]\nno\x1b[2Jsetting\n") },
			found:   []string{"file-refused"}, left: []string{"file-refused"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := patient(t)
			m.arrange(w)
			before := w.disk()
			w.wantFindings(w.examine(), m.found...)
			if text := w.Run("doctor").Stdout; strings.ContainsAny(text, "\x1b\r") || strings.Contains(text, secret) {
				t.Errorf("%q", text)
			}
			if w.disk() != before {
				t.Error("doctor changed something")
			}
			w.wantFindings(w.readDiagnosis(w.Run("doctor", "--fix", "--yes", "--json")), m.left...)
			if m.after != nil {
				m.after(t, w)
			}
		})
	}
}
