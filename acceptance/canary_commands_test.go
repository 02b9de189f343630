//go:build linux

package acceptance

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// planted is an access key that lies where people have theirs. What is a secret of it,
// by whatever name it goes, may be shown by no command.
type planted struct{ name, id, secret, token string }

// plant makes a key of each kind for a place, with secrets of its own. AWS knows those
// that can work.
func (w *world) plant(place string) []planted {
	made := func(kind string) planted {
		sum := sha256.Sum256([]byte(kind + place))
		return planted{kind + "-" + place, "AKIA" + base32.StdEncoding.EncodeToString(sum[:])[:16], base64.StdEncoding.EncodeToString(sum[:])[:40], ""}
	}
	swapped, blank, temporary, root := made("swapped"), made("blank"), made("temporary"), made("root")
	w.AWS.Account.AddUser("swapped-"+place).ImportAccessKey(swapped.id, swapped.secret)
	w.AWS.Account.Root().ImportAccessKey(root.id, root.secret)
	swapped.id, swapped.secret = swapped.secret, swapped.id
	blank.id, blank.secret = blank.secret, " "
	temporary.id = "ASIA" + temporary.id[4:]
	temporary.token = strings.Repeat(made("token").secret, 5)
	return []planted{swapped, blank, temporary, root}
}

// canaries are the parts of a planted key that are secret: half of a secret is one, too.
func (p planted) canaries() []canary {
	var all []canary
	for _, text := range []string{p.id, p.secret, p.token} {
		if len(text) < 40 {
			continue // an id, in its place or not
		}
		for at := 0; at+12 <= 40; at += 14 {
			part := text[at : at+12]
			all = append(all, canary{p.name, regexp.MustCompile(regexp.QuoteMeta(part) + "|" + regexp.QuoteMeta(url.QueryEscape(part)))})
		}
	}
	return all
}

// ini is the key as a profile of AWS's files has it.
func (p planted) ini(section string) string {
	text := fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", section, p.id, p.secret)
	if p.token != "" {
		text += "aws_session_token = " + p.token + "\n"
	}
	return text + "\n"
}

// kinds of keys that are planted, and the profiles that have them in each file.
var (
	plantedKinds    = []string{"swapped", "blank", "temporary", "root"}
	plantedProfiles = []string{"swapped-credentials", "blank-credentials", "temporary-credentials", "root-credentials",
		"swapped-config", "blank-config", "temporary-config", "root-config", "commented", "misnamed"}
)

// commandRuns are the ways in which each command is run, by its name. {} stands for a
// planted profile or kind of key: the run is made for each.
var commandRuns = []struct{ command, args string }{
	{"", ""}, {"", "--version"}, {"", "no-such-command"}, {"version", ""},
	{"completion", ""}, {"completion bash", ""}, {"completion zsh", ""}, {"completion fish", ""}, {"completion powershell", ""},
	{"doctor", "--json"}, {"doctor", ""}, {"doctor", "--account"},
	{"list", ""}, {"list", "--json"}, {"keystore", ""}, {"keystore", "--json"},
	{"explain", "--profile {profile}"}, {"explain", "--json --profile {profile}"},
	{"credential-process", "--profile {profile}"}, {"export", "--profile {profile}"}, {"exec", "--profile {profile} -- env"},
	{"login", "--profile {profile}"}, {"login", "--profile admin"}, {"export", "--profile admin --format json"},
	{"console", "{profile} --print"}, {"console", "admin s3 --print --debug"}, {"console", "admin --switch-role --print"},
	{"git-credential", "--profile admin get"}, {"git-credential", "--profile admin erase"}, {"codecommit setup", "admin --yes"}, {"codecommit setup", "{profile} --repository x --yes"}, {"codecommit", ""},
	{"codecommit list", "phoebe"}, {"codecommit rotate", "phoebe --yes"}, {"codecommit create", "phoebe --yes"}, {"codecommit delete", "ACCANONE --key phoebe --yes"}, {"git-credential", "--key phoebe get"},
	{"exec", "--profile admin -- env"}, {"exec", "--server --profile admin -- env"}, {"exec", "--allow-root -- env"},
	{"serve", "admin --socket served/aws --detach"}, {"serve", "{profile} --socket served/aws --detach"},
	{"set", "{profile} mfa_session 8h --yes"}, {"setup", "{profile} --key phoebe --yes"}, {"setup", "made --key phoebe --yes --region eu-west-1"},
	{"add", "--from-profile {profile}"}, {"add", "--csv {csv}.csv"}, {"add", "--csv root.csv top"}, {"add", "taken --from-env"}, {"add", "taken --from-env --offline"},
	{"exec", "--allow-root -- env"}, {"setup", "made --key taken --yes"}, {"add", "--from-aws-vault --all"},
	{"setup", "--all --dry-run"}, {"add", "--from-profile {profile} --yes"}, {"add", "--from-profile --all --yes"}, {"setup", "--all --yes"}, {"uninstall", "--dry-run"},
	{"keys", "--profile admin"}, {"keys list", "--profile admin"}, {"keys list", "--profile admin --json"}, {"keys list", "taken"},
	{"keys deactivate", canaryID}, {"keys activate", canaryID}, {"keys delete", canaryID + " --yes"},
	{"mfa", "--profile admin"}, {"mfa list", "--profile admin"}, {"mfa list", "--profile admin --json"}, {"mfa enroll", "--name other --profile admin"},
	{"mfa resync", "--profile admin"}, {"mfa seed", "--profile admin"}, {"mfa remove", "none --profile admin --yes"},
	{"bootstrap", "--dry-run --user wilma --json"}, {"bootstrap", "--dry-run --user wilma --key taken"}, {"bootstrap", "--yes --user wilma"}, {"bootstrap", "--undo --yes"},
	{"keystore move", "pass"}, {"rotate", "phoebe --dry-run"}, {"rotate", "phoebe --yes"}, {"revoke", "--profile admin --dry-run"},
	{"prompt", ""}, {"log", ""}, {"log", "--json"}, {"list", "--json"},
	{"doctor", "--fix --yes"}, {"doctor", "--json"}, {"remove", "taken --yes"}, {"keystore lock", ""}, {"logout", "--all"},
}

// TestNoCommandShowsAPlantedKey: keys lie in the environment, in AWS's two files and in
// CSV files, with id and secret swapped, one of them blank, temporary, of the root user.
// No command shows the secret of one, and none leaves it in a file of its own.
func TestNoCommandShowsAPlantedKey(t *testing.T) {
	for i, kind := range plantedKinds {
		t.Run(kind+" in the environment", func(t *testing.T) {
			t.Parallel()
			w := patient(t)
			env := w.plant("environment")
			all := slices.Concat(env, w.plantFiles())
			w = w.With("AWS_ACCESS_KEY_ID="+env[i].id, "AWS_SECRET_ACCESS_KEY="+env[i].secret, "AWS_SESSION_TOKEN="+env[i].token, "AWS_ENDPOINT_URL_IAM="+w.URL)
			tried := map[string]bool{}
			for _, run := range commandRuns {
				for _, args := range runsOf(run.command + " " + run.args) {
					w.Write(w.Path("code"), w.Code())
					r := w.Run(args...)
					tried[run.command] = tried[run.command] || r.Code != 2
					what := fmt.Sprintf("%q (exit %d)", args, r.Code)
					wantNoCanary(t, all, what+" on stdout", r.Stdout)
					wantNoCanary(t, all, what+" on stderr", r.Stderr)
					if r.Code < 0 || strings.Contains(r.Stderr, "goroutine ") {
						t.Errorf("%s: %v", what, r)
					}
				}
			}
			for _, command := range commandsThatAre(t) {
				if !tried[command] {
					t.Errorf("awsbroker %s has no run in commandRuns that makes sense to it", command)
				}
			}
			for _, path := range files(t, w.Dir) {
				if !w.isPlanted(path) {
					wantNoCanary(t, all, "the file "+path, w.Read(path))
				}
			}
		})
	}
}

// plantFiles puts keys of all kinds into AWS's two files and into CSV files.
func (w *world) plantFiles() (all []planted) {
	credentials, config := "", w.Read(w.Config())
	for _, p := range w.plant("credentials") {
		credentials += p.ini(p.name)
		all = append(all, p)
	}
	for _, p := range w.plant("config") {
		config += p.ini("profile " + p.name)
		all = append(all, p)
	}
	other := w.plant("elsewhere")
	credentials += "[commented]\n# aws_secret_access_key = " + other[3].secret + "\nregion = eu-west-1\n\n" +
		"[misnamed]\naws_access_key = " + other[1].id + "\naws_secret_key = " + other[2].secret + "\n"
	w.Write(w.credentials(), credentials)
	w.Write(w.Config(), config)
	for i, p := range w.plant("csv") {
		w.Write(w.Path(plantedKinds[i]+".csv"), "Access key ID,Secret access key\n"+p.id+","+p.secret+"\n")
		all = append(all, p)
	}
	return append(all, other...)
}

// isPlanted reports whether a file is one of those that hold keys by right.
func (w *world) isPlanted(path string) bool {
	return path == w.Config() || path == w.credentials() || filepath.Ext(path) == ".csv" || strings.HasPrefix(path, w.Path("bin/"))
}

func wantNoCanary(t *testing.T, all []planted, where, text string) {
	t.Helper()
	for _, p := range all {
		for _, c := range p.canaries() {
			if at := c.is.FindStringIndex(text); at != nil {
				t.Errorf("the secret of %s is in %s, after %q", c.name, where, text[max(0, at[0]-90):at[0]])
				break
			}
		}
	}
}

// runsOf fills in what the run is made for each of. All are run with --debug.
func runsOf(line string) (runs [][]string) {
	for mark, all := range map[string][]string{"{profile}": plantedProfiles, "{csv}": plantedKinds} {
		if strings.Contains(line, mark) {
			for _, one := range all {
				runs = append(runs, runsOf(strings.ReplaceAll(line, mark, one))...)
			}
			return runs
		}
	}
	if words := strings.Fields(line); len(words) > 0 && words[0] != "completion" && words[0] != "--version" {
		return [][]string{append([]string{"--debug"}, words...)}
	}
	return [][]string{strings.Fields(line)}
}

// commandsThatAre are all commands, by the synopsis of their man pages, which a test of
// package main holds to cobra's tree.
func commandsThatAre(t *testing.T) (all []string) {
	t.Helper()
	pages, err := filepath.Glob("../docs/man/awsbroker*.1")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no man pages: %v", err)
	}
	synopsis := regexp.MustCompile(`(?s)\.SH SYNOPSIS\n\\fBawsbroker((?: [a-z-]+)*)`)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		m := synopsis.FindSubmatch(text)
		if m == nil {
			t.Fatalf("%s has no synopsis", page)
		}
		all = append(all, strings.TrimSpace(string(m[1])))
	}
	return all
}

// TestNoCommandShowsABrokenLine: a secret in a line that is no setting, as after a slip
// with an editor, is shown by no complaint about the line.
func TestNoCommandShowsABrokenLine(t *testing.T) {
	t.Parallel()
	w := patient(t)
	key := w.plant("line")[3]
	for _, line := range []string{key.secret, "aws_secret_access_key " + key.secret, `aws_secret_access_key : "` + key.secret, "[" + key.secret,
		key.secret + " =", " " + key.secret, "aws_secret_access_key =\n  " + key.secret, "= " + key.secret, "[x] " + key.secret, "aws_secret_access_key = " + key.secret + " [x]"} {
		for _, path := range []string{w.credentials(), w.Config()} {
			before, _ := os.ReadFile(path)
			w.Write(path, string(before)+"\n[profile x]\n"+line+"\nregion = eu-west-1\n")
			for _, run := range []string{"doctor --json", "doctor --fix --yes", "list", "explain --profile x", "login --profile admin",
				"add --from-profile x --yes", "setup x --key phoebe --yes"} {
				w.Write(w.Path("code"), w.Code())
				r := w.Run(append([]string{"--debug"}, strings.Fields(run)...)...)
				wantNoCanary(t, []planted{key}, fmt.Sprintf("%s with %q in %s", run, line, filepath.Base(path)), r.Stdout+r.Stderr)
			}
			w.Write(path, string(before))
		}
	}
}
