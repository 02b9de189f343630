//go:build !windows

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

// keeper keeps the hints that the program prints in the stories, each with the state of
// the machine that brought it about. Afterwards they are pasted into a shell there, by
// [keeper.paste].
type keeper struct {
	dir   string
	hints []hint // of the source

	sync.Mutex
	kept    []printedHint
	printed map[string]int // how often, by the hint's command with holes
	states  map[string]int // how many are kept, likewise
}

// printedHint is a hint that was printed, and where the state is that it was printed in.
type printedHint struct {
	command, of string // of: with holes, as in the source; empty if the source has none like it
	story, dir  string
	work        string // where the state was
}

// mostStates is how many states a hint is pasted in.
const mostStates = 2

func newKeeper(t *testing.T) *keeper {
	return &keeper{dir: t.TempDir(), hints: hintsInSource(t), printed: map[string]int{}, states: map[string]int{}}
}

// keep looks for hints in what the story's last command printed. It leaves the output as
// it was for the story to look at.
func (k *keeper) keep(ts *testscript.TestScript, args []string) {
	stdout, stderr, screen := ts.ReadFile("stdout"), ts.ReadFile("stderr"), ""
	helps := []string{"help", "-h", "--help", "completion", "__complete"}
	if args[len(args)-1] == "awsbroker" || slices.ContainsFunc(args, func(arg string) bool { return slices.Contains(helps, arg) }) {
		return // a help, or what a shell reads
	}
	if args[0] == "person" {
		screen = ts.ReadFile(filepath.Join(ts.Getenv("WORK"), screenFile))
	}
	k.Lock()
	defer k.Unlock()
	var fresh []printedHint
	for _, command := range commandsIn(stdout + "\n" + stderr + "\n" + screen) {
		of := k.find(command)
		if k.states[of]++; k.states[of] <= mostStates {
			fresh = append(fresh, printedHint{command: command, of: of, story: ts.Name(), work: ts.Getenv("WORK")})
		}
	}
	if len(fresh) == 0 {
		return
	}
	dir := filepath.Join(k.dir, fmt.Sprint(len(k.kept)))
	ts.Check(os.Mkdir(dir, 0o700))
	ts.Check(os.WriteFile(filepath.Join(dir, "stdout"), []byte(stdout), 0o600))
	ts.Check(os.WriteFile(filepath.Join(dir, "stderr"), []byte(stderr), 0o600))
	ts.Check(ts.Exec("snapshot", dir))
	for _, p := range fresh {
		p.dir = dir
		k.kept = append(k.kept, p)
	}
}

// find returns the hint of the source that a printed command is, the one with the most
// letters of its own if there are several; all of them count as printed.
func (k *keeper) find(command string) (of string) {
	best := -1
	for _, h := range k.hints {
		if h.help || !h.matches(command) {
			continue
		}
		k.printed[h.command]++
		if letters := len(h.command) - strings.Count(h.command, hole); letters > best {
			of, best = h.command, letters
		}
	}
	return of
}

// matches reports whether a command may be the hint, with words in its holes, a variable
// in front of it (say.WithVariable), and flags that were put behind it.
func (h hint) matches(command string) bool {
	var b strings.Builder
	for i, part := range strings.Split(h.command, hole) {
		if i > 0 {
			b.WriteString(".*?")
		}
		b.WriteString(regexp.QuoteMeta(part))
	}
	return regexp.MustCompile(`^([A-Z_]+=\S+ )?` + b.String() + "( .*)?$").MatchString(command)
}

// paste runs the first command of the last command's output in a shell, in the state as it is.
func (s *story) paste(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "paste CODE [ANSWER…]")
	commands := commandsIn(ts.ReadFile("stderr") + "\n" + ts.ReadFile("stdout"))
	if len(commands) == 0 {
		ts.Fatalf("no command was told to run")
	}
	ts.Logf("%s", commands[0])
	s.exits(ts, slices.Concat([]string{args[0], "person"}, args[1:], []string{"--", "sh", "-c", commands[0]}))
}

// snapshot is a program of the stories: it copies the story's files and environment into
// a directory, and prints again what is in its files stdout and stderr.
func snapshot() {
	dir := os.Args[1]
	err := os.WriteFile(filepath.Join(dir, "environ"), []byte(strings.Join(os.Environ(), "\x00")), 0o600)
	_ = exec.Command("cp", "-a", os.Getenv("WORK"), filepath.Join(dir, "work")).Run() // all but what is not readable
	for name, to := range map[string]*os.File{"stdout": os.Stdout, "stderr": os.Stderr} {
		text, readErr := os.ReadFile(filepath.Join(dir, name))
		_, writeErr := to.Write(text)
		err = errors.Join(err, readErr, writeErr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "snapshot:", err)
		os.Exit(99)
	}
	os.Exit(0)
}

// accepted are the exit codes with which a hint that was pasted does what it says, or
// would if there were a person (4), an AWS (6) and another keychain (7), which there are
// not by then.
var accepted = []int{0, 4, 6, 7}

// odd are hints that end otherwise in the states of some stories, and are right there.
var odd = []struct{ story, command, why string }{
	{"", "awsbroker doctor", "it ends with 1, for what it finds"},
	{"add", "awsbroker add nobody --from-env", "the variables are not set yet"},
	{"nobody_asked", "awsbroker add phoebe --from-env", "the variables are not set yet"},
	{"hints_rare", "awsbroker add NAME --from-env", "aws-vault would set the variables"},
	{"add_csv", "AWS_SHARED_CREDENTIALS_FILE=", "NAME is one in that file"},
	{"exec_with", "awsbroker add NAME --from-profile dev", "the key there is none of AWS's"},
	{"config_errors", "awsbroker setup ", "there is no key yet, which setup says"},
	{"bootstrap", "awsbroker bootstrap --undo", "the hint is about flags, and there is nothing to undo"},
	{"bootstrap", "awsbroker bootstrap", "root runs it, whose name is no person's"},
	{"root", "awsbroker bootstrap", "likewise"},
	{"root_keys", "awsbroker bootstrap", "likewise"},
	{"hints_rare", "awsbroker bootstrap", "likewise; and NAME is a key of another account"},
	{"hints_rare", "awsbroker keys delete ID", "ID is of a key that is still to be added"},
	{"hints_rare", "awsbroker mfa enroll --user NAME", "NAME is a user that is still to be made"},
	{"usage", "awsbroker log", "there is no home"},
	{"usage", "awsbroker exec admin", "likewise"},
	{"record_lost", "awsbroker login", "it is the last of doctor's fixes, of which the first brings the key back"},
	{"setup_all", "awsbroker add --from-aws-vault", "aws-vault is not there"},
	{"setup_all_included", "awsbroker add --from-aws-vault", "likewise"},
	{"", "awsbroker credential-process", "it is a line of a difference"},
	{"", "awsbroker git-credential", "it is a line of a difference, which Git runs with a word"},
	{"first_use", "awsbroker keys delete", "remove says it before it asks, and has removed the key"},
	{"add_other_name", "awsbroker keys delete", "likewise"},
	{"add_csv", "awsbroker keys delete", "likewise"},
	{"add_csv", "awsbroker bootstrap", "root runs it, whose name is no person's"},
	{"another_identity", "awsbroker bootstrap", "likewise"},
	{"another_identity", "awsbroker setup NAME --key KEY", "KEY stands for a key that is still to be added"},
	{"add_swapped", "awsbroker add --from-profile", "id and secret are swapped there, which add says"},
	{"add_swapped", "awsbroker login", "it is the last of doctor's fixes, of which the first brings the key"},
	{"key_lost", "awsbroker login", "likewise"},
	{"console", "awsbroker console top", "the root key of top is still to be added"},
}

// nowhere are the hints that no story brings about, which are checked as commands only
// (TestHintsAreCommands), and why.
var nowhere = map[string]string{
	`awsbroker exec -- .\` + hole:                                                "Windows",
	"awsbroker bootstrap --undo --key root":                                      "TestUndo and its kin (internal/bootstrap)",
	"awsbroker setup NAME --key KEY --role-arn " + hole + " --mfa-serial SERIAL": "TestTrustedAccount and its kin (internal/bootstrap)",
	"awsbroker keystore move " + hole + " --replace":                             "it needs two keychains",
	"awsbroker add NAME --replace":                                               "it needs two keychains",
	"awsbroker remove NAME":                                                      "it needs two keychains",
	"awsbroker logout --profile " + hole:                                         "it needs a window: TestTenMinutes (acceptance)",
	"awsbroker exec agent COMMAND":                                               "TestBootstrapAgentRole and its kin (internal/bootstrap)",
	"awsbroker bootstrap --from-env":                                             "it needs a machine without the AWS CLI",
	"awsbroker bootstrap --dry-run":                                              "it needs an account that is all wrong: TestDoctorFinds (acceptance)",
	"awsbroker keys deactivate " + hole + " --user " + hole:                      "it needs a key of long ago: TestDoctorFinds (acceptance)",
}

// isOfGit reports whether a hint is about Git's passwords, which no story makes:
// TestGitPassword and its kin in package acceptance do.
func (h hint) isOfGit() bool {
	return slices.ContainsFunc([]string{"cmd/awsbroker/codecommit_", "cmd/awsbroker/git_", "internal/gitpassword/", "internal/doctor/servicepasswords.go"}, func(of string) bool {
		return strings.HasPrefix(h.at, of)
	})
}

func (p printedHint) isOdd() bool {
	for _, o := range odd {
		if (o.story == "" || o.story == p.story) && strings.HasPrefix(p.command, o.command) {
			return true
		}
	}
	return false
}

// paste runs all hints in their states, and fails for one that the program does not take,
// and, if all stories ran, for one that no story brought about.
func (k *keeper) paste(t *testing.T) {
	for _, p := range k.kept {
		if p.of == "" {
			t.Errorf("%s: %q is printed, and is in no text of the source", p.story, p.command)
			continue
		}
		code, output, err := p.paste()
		if err != nil {
			t.Errorf("%s: %s: %v", p.story, p.command, err)
		} else if !slices.Contains(accepted, code) && !p.isOdd() {
			t.Errorf("%s: pasted, %s ends with %d:\n%s", p.story, p.command, code, output)
		}
	}
	if strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return // not all stories ran
	}
	for _, h := range k.hints {
		if why, known := nowhere[h.command]; known && k.printed[h.command] > 0 {
			t.Errorf("%s: a story brings about the hint %q after all (%s)", h.at, strings.ReplaceAll(h.command, hole, "□"), why)
		} else if !known && !h.help && k.printed[h.command] == 0 && !h.isOfGit() {
			t.Errorf("%s: no story brings about the hint %q", h.at, strings.ReplaceAll(h.command, hole, "□"))
		}
	}
}

// filled returns the command with names that are there in place of the words in capitals
// that stand for them.
func (p printedHint) filled() string {
	record, _ := keystore.ReadRecord(filepath.Join(p.work, "home/.local/state/awsbroker/keystore.json"))
	key, root := "NAME", "NAME"
	if names := record.Names(); len(names) > 0 {
		key = names[0]
		for _, name := range names {
			if record.Keys[name].Root() {
				root = name
			}
		}
	}
	profile := "PROFILE"
	config, _ := os.ReadFile(filepath.Join(p.work, "home/.aws/config"))
	if m := regexp.MustCompile(`(?m)^\[profile (\S+)\]`).FindSubmatch(config); m != nil {
		profile = string(m[1])
	}
	return strings.NewReplacer("PROFILE", profile, "--key NAME", "--key "+key, "rotate KEY", "rotate "+key, "remove NAME", "remove "+key,
		"--profile NAME", "--profile "+root, "role_arn ARN", "role_arn arn:aws:iam::123456789012:role/admin-mfa", "COMMAND", "true", "REGION", "eu-central-1").Replace(p.command)
}

// withoutAWS returns the environment with an address at which nobody listens in place of
// that of the story's AWS, which has ended: another test may have its port by now, and an
// AWS that knows no key of the story.
func withoutAWS(environ []string) (out []string) {
	at := slices.IndexFunc(environ, func(kv string) bool { return strings.HasPrefix(kv, "WEBSITE=") })
	_, aws, _ := strings.Cut(environ[at], "=")
	for _, kv := range environ {
		out = append(out, strings.ReplaceAll(kv, aws, "http://127.0.0.1:1"))
	}
	return out
}

func (p printedHint) paste() (code int, output string, err error) {
	environ, err := os.ReadFile(filepath.Join(p.dir, "environ"))
	if err == nil {
		err = errors.Join(os.RemoveAll(p.work), os.MkdirAll(filepath.Dir(p.work), 0o700))
	}
	if err == nil {
		err = exec.Command("cp", "-a", filepath.Join(p.dir, "work"), p.work).Run()
	}
	if err != nil {
		return 0, "", err
	}
	defer os.RemoveAll(p.work)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", p.filled())
	cmd.Dir = p.work
	cmd.Env = append(withoutAWS(strings.Split(string(environ), "\x00")), "AWSBROKER_PROMPT=none")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = nil
	}
	return cmd.ProcessState.ExitCode(), string(out), err
}
