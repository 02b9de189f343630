//go:build !windows

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/machine"
	"github.com/awsbroker/awsbroker/internal/session"
)

func TestMain(m *testing.M) {
	keystore.TestOnlyRounds() // TestGuessesAreDear (acceptance) looks at the program that ships
	testscript.Main(m, map[string]func(){
		"awsbroker": main,
		"person":    person,
		"snapshot":  snapshot,
		"aws":       standInForCLI,
		"browser":   browse,
	})
}

// TestScripts runs the stories in testdata/script. Each one has a machine to
// itself (a home directory, a runtime directory, no variable of ours) and an
// AWS to itself, in which the user phoebe may assume the role admin-mfa with
// MFA. Beside testscript's own commands a story has:
//
//	exits CODE CMD…         runs CMD, which has to end with that exit code, or
//	                        by a signal: 'signal: terminated'
//	took D                  the last of those took D at most
//	person ANSWER… -- CMD…  as CMD: a person at a terminal answers its
//	                        questions, exactly as many as there are
//	[!] screen REGEXP       what that terminal showed
//	paste CODE [ANSWER…]    a person pastes the first command that the last output
//	                        told them to run, and answers its questions
//	keychain NAME           puts phoebe's access key into the keychain
//	mfacode                 sets $CODE and the file code to a code of phoebe's
//	                        device that was neither given nor seen by AWS before
//	calls ACTION N          how often AWS was asked for ACTION since the last
//	                        time this was looked at
//	fault KEY=VALUE…        the next calls go wrong: see fakeaws.Fault
//	clock D                 AWS's clock moves by D
//	sessions D              sessions that AWS gives out from now on last for D
//	role NAME [D [FILE]]    makes one more role that phoebe may assume; FILE has
//	                        its trust policy, if it is not that of admin-mfa
//	sent ACTION FILE        the last call of ACTION had exactly these parameters,
//	                        one KEY=VALUE a line
//	accesskey WHO           sets $KEYID and $SECRET to a new key of the user WHO
//	signin WHO              the user WHO, or root, signs in as with aws login
//	abandon NAME            a virtual MFA device that nobody has
//	unenroll NAME           a virtual MFA device of phoebe's is gone
//	passkey NAME            a passkey or security key of phoebe's
//	hardware SERIAL         a hardware token of phoebe's
//	allow FILE              phoebe has the policy in FILE, and no group
//	retire                  phoebe's first key does not work any more
//	fill FILE…              puts the values of variables into files
//	rest                    waits until changes of files have settled
//	sleep D
//
// The program browser is one that people have (script_browser_test.go).
//
// After each story no file on the machine may hold the secret access key, and
// AWS may not have seen any code twice. After all of them, the commands that hints
// told people to run are run, each in the state that brought the hint about.
func TestScripts(t *testing.T) {
	k := newKeeper(t)
	t.Cleanup(func() { k.paste(t) })
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			err := setupStory(env)
			if err == nil {
				env.Values[storyKey{}].(*story).hints = k
			}
			return err
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(condition string) (bool, error) {
			if condition == "slow" {
				return os.Getenv("AWSBROKER_TEST_SLOW") != "", nil
			}
			return false, fmt.Errorf("no condition %q", condition)
		},
		Cmds: storyCommands(),
	})
}

// story is the state behind a script's commands.
type story struct {
	aws   *fakeaws.Standard
	seen  map[string]int // calls of an action that were looked at
	not   bool           // the command has a ! before it
	given []string       // codes that mfacode gave
	ended time.Duration  // how long the last command of exits took
	hints *keeper        // nil: nobody wants them
}

type (
	storyKey struct{}
	testKey  struct{} // the test that the story is part of
)

func storyCommands() map[string]func(*testscript.TestScript, bool, []string) {
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for name, do := range map[string]func(*story, *testscript.TestScript, []string){
		"exits": (*story).exits, "paste": (*story).paste, "took": (*story).took, "screen": (*story).screen, "keychain": (*story).keychain,
		"mfacode": (*story).mfaCode, "calls": (*story).calls, "fault": (*story).fault, "clock": (*story).clock,
		"sessions": (*story).sessions, "role": (*story).role, "accesskey": (*story).accessKey, "signin": (*story).signIn,
		"abandon": (*story).abandon, "unenroll": (*story).unenroll, "passkey": (*story).passkey, "hardware": (*story).hardware, "allow": (*story).allow,
		"retire": (*story).retire, "sent": (*story).sent, "fill": (*story).fill, "rest": (*story).rest, "sleep": (*story).sleep,
	} {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			s := ts.Value(storyKey{}).(*story)
			if s.not = neg; neg && name != "screen" {
				ts.Fatalf("unsupported: ! %s", name)
			}
			do(s, ts, args)
		}
	}
	return out
}

func setupStory(env *testscript.Env) error {
	t := env.T().(testing.TB)
	m := machine.NewIn(t, env.WorkDir, -1)
	s := &story{aws: m.AWS, seen: map[string]int{}}
	env.Values[storyKey{}], env.Values[testKey{}] = s, t
	closed, err := closedPort()
	if err != nil {
		return err
	}
	run := m.Path("run")
	m.Mkdir(run, 0o700)
	env.Vars = append(env.Vars, m.Env...)
	for name, value := range map[string]string{
		"XDG_RUNTIME_DIR":      run,
		"AWS_ENDPOINT_URL_IAM": m.URL,
		"WEBSITE":              m.URL,
		"KEYID":                s.aws.Key.ID,
		"SECRET":               s.aws.Key.Secret,
		"ROLE":                 s.aws.Role.ARN(),
		"MFA":                  s.aws.Device.Serial,
		"SEED":                 s.aws.Device.Seed,
		"CLOSED":               closed,
	} {
		env.Setenv(name, value)
	}
	env.Defer(func() {
		// The kernel would keep the sealing key for a week.
		_ = session.DropKey(context.Background(), filepath.Join(run, "awsbroker"), nil)
		noSecretIn(t, env.WorkDir, s.aws.Key.Secret)
		if again := s.aws.Server.RepeatedCodes(); len(again) > 0 {
			t.Errorf("a code was sent to AWS twice: %+v", again)
		}
	})
	return nil
}

// closedPort is an address on which nothing listens.
func closedPort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func noSecretIn(tb testing.TB, dir, secret string) {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, canary := range []string{secret, machine.Passphrase} {
			if bytes.Contains(data, []byte(canary)) {
				tb.Errorf("%s holds a secret", path)
			}
		}
		return err
	})
	if err != nil {
		tb.Error(err)
	}
}

func arguments(ts *testscript.TestScript, args []string, least int, usage string) {
	if len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

func (s *story) exits(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 2, "exits CODE CMD…")
	start := time.Now()
	err := ts.Exec(args[1], args[2:]...)
	s.ended = time.Since(start)
	endLater(ts)
	ended := "0"
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		ended = strconv.Itoa(exit.ExitCode())
	case err != nil:
		ended = err.Error()
	}
	if ended != args[0] {
		ts.Fatalf("%s ended with %s, not %s", args[1], ended, args[0])
	}
	if s.hints != nil {
		s.hints.keep(ts, args[1:])
	}
}

func (s *story) took(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "took DURATION")
	if most, is := duration(ts, args[0]), s.ended; is > most {
		ts.Fatalf("it took %s, more than %s", is, most)
	}
}

func (s *story) screen(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "screen REGEXP")
	shown := ts.ReadFile(filepath.Join(ts.Getenv("WORK"), screenFile))
	if found := regexp.MustCompile("(?m)" + args[0]).MatchString(shown); found == s.not {
		ts.Fatalf("%#q on the screen: %v\n%s", args[0], found, shown)
	}
}

func (s *story) keychain(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "keychain NAME")
	id, secret := ts.Getenv("KEYID"), ts.Getenv("SECRET")
	err := ts.Exec("env", "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+secret, "awsbroker", "add", args[0], "--from-env")
	ts.Check(err)
}

func (s *story) mfaCode(ts *testscript.TestScript, args []string) {
	for {
		// Not that of the step before, which may be over in a moment.
		d := s.aws.Device
		if code, fresh := d.FreshCode(); fresh && (code == d.Code() || code == d.NextCode()) && !slices.Contains(s.given, code) {
			s.given = append(s.given, code)
			ts.Setenv("CODE", code)
			ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "code"), []byte(code+"\n"), 0o600))
			return
		}
		s.aws.Device.RunAhead()
	}
}

func (s *story) calls(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 2, "calls ACTION N")
	all := s.aws.Server.Calls(args[0])
	fresh := all[s.seen[args[0]]:]
	s.seen[args[0]] = len(all)
	if strconv.Itoa(len(fresh)) != args[1] {
		ts.Fatalf("%d calls of %s, not %s: %+v", len(fresh), args[0], args[1], fresh)
	}
}

func (s *story) fault(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "fault KEY=VALUE…")
	var f fakeaws.Fault
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		var err error
		switch key {
		case "action":
			f.Action = value
		case "kind":
			f.Kind = fakeaws.FaultKind(value)
		case "times":
			f.Times, err = strconv.Atoi(value)
		case "status":
			f.Status, err = strconv.Atoi(value)
		case "code":
			f.Code = value
		case "message":
			f.Message = value
		case "location":
			f.Location = value
		case "name":
			f.Name = value
		case "alias":
			f.Alias = value
		default:
			ts.Fatalf("fault has no %q", key)
		}
		ts.Check(err)
	}
	s.aws.Server.ClearFaults()
	ts.Check(s.aws.Server.AddFault(f))
}

func (s *story) clock(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "clock DURATION")
	s.aws.Server.Advance(duration(ts, args[0]))
}

func (s *story) sessions(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "sessions DURATION")
	s.aws.Server.SetSessionLife(duration(ts, args[0]))
}

func (s *story) role(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "role NAME [DURATION [FILE]]")
	most := time.Hour
	if len(args) > 1 {
		most = duration(ts, args[1])
	}
	_, err := s.aws.AddRole(args[0], most)
	ts.Check(err)
	if len(args) > 2 {
		_, err := s.aws.Account.AddRole(args[0], ts.ReadFile(args[2]))
		ts.Check(err)
	}
}

func (s *story) sent(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 2, "sent ACTION FILE")
	calls := s.aws.Server.Calls(args[0])
	if len(calls) == 0 {
		ts.Fatalf("no call of %s", args[0])
	}
	var lines []string
	for key, value := range calls[len(calls)-1].Params {
		lines = append(lines, key+"="+value)
	}
	slices.Sort(lines)
	if got, want := strings.Join(lines, "\n"), strings.TrimSpace(ts.ReadFile(args[1])); got != want {
		ts.Fatalf("sent were\n%s\nnot\n%s", got, want)
	}
}

func (s *story) accessKey(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "accesskey root|USER")
	user := s.aws.Account.Root()
	if args[0] != "root" {
		user = s.aws.Account.AddUser(args[0])
	}
	key := user.AddAccessKey()
	ts.Setenv("KEYID", key.ID)
	ts.Setenv("SECRET", key.Secret)
}

func (s *story) retire(ts *testscript.TestScript, args []string) { s.aws.Key.Deactivate() }

// fill is not testscript's expand: scripts and their files use $ themselves,
// so that only ${NAME} is filled in.
func (s *story) fill(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "fill FILE…")
	for _, name := range args {
		path := ts.MkAbs(name)
		text := regexp.MustCompile(`\$\{\w+\}`).ReplaceAllStringFunc(ts.ReadFile(path), func(v string) string {
			return ts.Getenv(v[2 : len(v)-1])
		})
		ts.Check(os.WriteFile(path, []byte(text), 0o600))
	}
}

func (s *story) rest(ts *testscript.TestScript, args []string) { machine.Rest() }

func (s *story) sleep(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "sleep DURATION")
	time.Sleep(duration(ts, args[0]))
}

func duration(ts *testscript.TestScript, text string) time.Duration {
	d, err := time.ParseDuration(text)
	ts.Check(err)
	return d
}
