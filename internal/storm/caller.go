//go:build !windows

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// outcome of a call.
type outcome string

const (
	answered outcome = "answered"
	killed   outcome = "killed"
	refused  outcome = "refused" // in one line on stderr, with the exit code of a refusal or of AWS out of reach
	wrong    outcome = "wrong"   // another profile's session, one that has ended, half an answer
	lost     outcome = "lost"    // anything else
)

// patience is beyond every deadline of awsbroker's.
const patience = 75 * time.Second

// call is one that has ended.
type call struct {
	machine.Result
	outcome outcome
	why     string // of wrong and lost
	pid     int
	talks   bool // exec tells a person what it waits for, and when the session ends
}

// crowd lets all callers of a wave ask, and sorts them by what became of them.
func (s *sky) crowd(w wave) (f figures) {
	calls := make([]call, w.callers)
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() {
			time.Sleep(w.spread * time.Duration(i) / time.Duration(w.callers))
			after := time.Duration(0)
			if w.kills && i%10 == 9 {
				after = 1 + rand.N(w.lives)
			}
			args := asHelper
			if i%4 == 3 {
				args = asExec
			}
			calls[i] = s.call(rand.IntN(profiles), after, args)
		})
	}
	wg.Wait()
	f.sort(calls)
	return f
}

// The ways of asking. What exec runs
// shows its session as a helper does.
var (
	asHelper = []string{"credential-process", "--profile", "PROFILE"}
	asExec   = []string{"exec", "--profile", "PROFILE", "--", "/bin/sh", "-c", `printf '{"Version":1,"AccessKeyId":"%s",` +
		`"SecretAccessKey":"%s","SessionToken":"%s","Expiration":"%s"}' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" ` +
		`"$AWS_SESSION_TOKEN" "$AWS_CREDENTIAL_EXPIRATION"`}
)

// call asks for the session of a profile. Unless kill is zero, the caller is killed
// after that time.
func (s *sky) call(i int, kill time.Duration, args []string) (c call) {
	var out, complaint bytes.Buffer
	args = slices.Clone(args)
	args[slices.Index(args, "PROFILE")] = profile(i)
	cmd := s.Command(s.Bin, args...)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return call{outcome: lost, why: err.Error()}
	}
	c.pid, c.talks = cmd.Process.Pid, args[0] == "exec"
	s.codes.born(c.pid)
	if kill > 0 {
		defer time.AfterFunc(kill, func() { s.codes.kill(c.pid) }).Stop()
	}
	hung := time.AfterFunc(patience, func() { _ = syscall.Kill(-c.pid, syscall.SIGKILL) })
	cmd.WaitDelay = patience // a machine that stands still for a while cuts no answer off
	_ = cmd.Wait()
	s.codes.gone(c.pid)
	c.Result = machine.Result{Stdout: out.String(), Stderr: complaint.String(), Code: cmd.ProcessState.ExitCode(), Took: time.Since(started)}
	switch stopped := hung.Stop(); {
	case !stopped:
		c.outcome, c.why = lost, "it hung"
	default:
		c.outcome, c.why = s.judge(c, profile(i), time.Now().Add(-s.late.most()))
	}
	return c
}

// judge says what became of a call, which ended at that time or later. What exec ran
// may be killed with half of its text written.
func (s *sky) judge(c call, profile string, at time.Time) (outcome, string) {
	dead := c.Code == -1 && s.codes.wasKilled(c.pid)
	if c.Code == 0 || dead && c.Stdout != "" && !c.talks {
		if why := s.check(c.Stdout, profile, at); why != "" {
			return wrong, why
		}
	}
	switch {
	case dead:
		return killed, ""
	case c.Code == 0 && (c.Stderr == "" || c.talks):
		return answered, ""
	case c.Code != 0 && c.Stdout != "":
		return wrong, "something on stdout, and no success"
	case (c.Code == 5 || c.Code == 6) && strings.Count(c.Stderr, "awsbroker: error: ") == 1:
		return refused, ""
	}
	return lost, fmt.Sprintf("exit %d, %.300q", c.Code, c.Stderr)
}

// check returns what is wrong with an answer; AWS itself says whose session it is.
func (s *sky) check(text, profile string, at time.Time) string {
	var a struct {
		Version                                    int
		AccessKeyId, SecretAccessKey, SessionToken string //nolint:revive // as the document has it
		Expiration                                 time.Time
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil || a.Version != 1 || a.AccessKeyId == "" || a.SecretAccessKey == "" || a.SessionToken == "" {
		return "half an answer"
	}
	if !a.Expiration.After(at) {
		return fmt.Sprintf("a session that ended %s ago", at.Sub(a.Expiration))
	}
	role, known := s.seen.Load(text)
	if !known {
		client := sts.New(sts.Options{BaseEndpoint: &s.URL, Region: "eu-central-1",
			Credentials: credentials.NewStaticCredentialsProvider(a.AccessKeyId, a.SecretAccessKey, a.SessionToken)})
		who, err := client.GetCallerIdentity(context.Background(), nil)
		if err != nil && !a.Expiration.After(time.Now()) {
			return "" // it has ended since
		}
		if err != nil {
			return "AWS does not take it: " + err.Error()
		}
		role = strings.Split(*who.Arn, "/")[1]
		s.seen.Store(text, role)
	}
	if role != profile {
		return fmt.Sprintf("the session of %s for %s", role, profile)
	}
	return ""
}
