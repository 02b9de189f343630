//go:build !windows

package bootstrap

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// wantAgentRole holds that there is a role which may only read, for the members of the
// group, and a profile for it; and that the administrators' is as ever.
func (f *founding) wantAgentRole() {
	f.t.Helper()
	state := f.account.State()
	r, admin := state.Roles[agentRole], state.Roles["admin-mfa"]
	if !slices.Equal(r.Attached, []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}) || r.MaxDuration != "1h0m0s" || r.Trust != admin.Trust || !strings.Contains(r.Trust, "MultiFactorAuthPresent") {
		f.t.Errorf("role: %+v\nadmin: %+v", r, admin)
	}
	if !slices.Equal(admin.Attached, []string{"arn:aws:iam::aws:policy/AdministratorAccess"}) || len(state.Roles) != 2 || len(state.Policies) != 2 {
		f.t.Errorf("%+v\n%+v", state.Roles, state.Policies)
	}
	for _, p := range []string{"assume-admin-role", agentPolicy} {
		if !slices.Contains(state.Groups["administrators"].Attached, "arn:aws:iam::111122223333:policy/"+p) {
			f.t.Errorf("the group has %v", state.Groups["administrators"].Attached)
		}
	}
	text, err := os.ReadFile(f.run.Paths.Config)
	if err != nil || strings.Count(string(text), "[profile agent]") != 1 || !strings.Contains(string(text), "role_arn = arn:aws:iam::111122223333:role/"+agentRole) ||
		strings.Count(string(text), "awsbroker_agents = allow") != 1 {
		f.t.Errorf("%v\n%s", err, text)
	}
	if again := f.server.RepeatedCodes(); len(again) > 0 {
		f.t.Errorf("a code was sent twice: %+v", again)
	}
}

func (f *founding) wantNoAgentProfile() {
	f.t.Helper()
	if text, err := os.ReadFile(f.run.Paths.Config); err == nil && strings.Contains(string(text), "profile agent") {
		f.t.Errorf("the profile is still there:\n%s", text)
	}
}

// A role of its own for coding agents comes with the rest, for the same one code, and
// goes with it.
func TestBootstrapAgentRole(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey, f.run.Options.AgentRole = true, true
	out := f.succeed()
	f.wantAgentRole()
	if out.Out.AgentRoleARN != "arn:aws:iam::111122223333:role/agent-readonly" || len(f.server.Calls("GetSessionToken")) != 1 {
		t.Errorf("%+v", out.Out)
	}
	if again := f.succeed(); again.Out.Changed {
		t.Errorf("changed something the second time: %+v\n%s", again.Out, f.screen)
	}
	f.undo("")
	f.wantNoAgentProfile()
}

// An account that was set up before gets it later, by the person's own key through the
// role, and only what is new is taken back alone.
func TestBootstrapAgentRoleLater(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.succeed()
	time.Sleep(1100 * time.Millisecond) // when a session was issued is known by the second
	f.run.Options.AgentRole, f.run.Options.Key = true, "phoebe"
	f.succeed()
	f.wantAgentRole()
}

// What is there and differs takes --reconcile; what else the role may is told.
func TestBootstrapAgentRoleReconciles(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	r, err := f.account.AddRole("Agent-ReadOnly", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}`)
	if err == nil {
		err = r.AttachPolicy("arn:aws:iam::aws:policy/PowerUserAccess")
	}
	if err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.run.Options.KeepRootKey, f.run.Options.AgentRole = true, true
	if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, "these existing things differ: trust policy of role Agent-ReadOnly") || f.state() != f.before {
		t.Fatalf("%+v\n%s", out, f.screen)
	}
	f.run.Options.Reconcile = true
	f.succeed()
	if !strings.Contains(f.screen, "PowerUserAccess of role Agent-ReadOnly is kept") {
		t.Errorf("the plan does not say it:\n%s", f.screen)
	}
	if got := f.account.State().Roles["Agent-ReadOnly"]; !strings.Contains(got.Trust, "user/phoebe") || len(got.Attached) != 2 {
		t.Errorf("%+v", got)
	}
	f.undo("")
}

// Killed around each of the new steps, it resumes, and is taken back.
func TestBootstrapAgentRoleKilled(t *testing.T) {
	t.Parallel()
	for _, boundary := range []string{
		"before make role agent-readonly 1", "after make role agent-readonly 1", "after make ReadOnlyAccess on role agent-readonly 1",
		"after make policy assume-agent-role 1", "before make assume-agent-role on group administrators 1", "after make profile agent 1",
	} {
		t.Run(boundary, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			f.run.Options.KeepRootKey, f.run.Options.AgentRole, f.run.KillAt = true, true, boundary
			if _, killed := f.bootstrap(); !killed {
				t.Fatalf("not killed:\n%s", f.screen)
			}
			if strings.HasPrefix(boundary, "after") {
				f.run.KillAt = ""
				f.succeed()
				f.wantAgentRole()
			}
			f.undo("")
			f.wantNoAgentProfile()
		})
	}
}

func TestBootstrapAgentRoleRefuses(t *testing.T) {
	for _, o := range []Options{
		{AgentRole: true, TrustedAccount: "123456789012"},
		{AgentRole: true, Role: agentRole}, {AgentRole: true, Policy: agentPolicy}, {AgentRole: true, Profile: agentProfile},
	} {
		if err := checkBootstrap(&o); err == nil || !strings.Contains(err.Error(), "--agent-role") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
