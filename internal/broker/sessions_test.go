package broker

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Profiles of one device, each with a role of its own: one code.
func TestSessionsOfOneDevice(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("dev", time.Hour)
	m.role("prod", time.Hour, "awsbroker_source_profile = phoebe", "[profile phoebe]")
	b := m.broker()
	b.Code = m.code()
	profiles := []string{"prod", "admin", "dev", "prod"}
	all, err := b.SessionsOf(t.Context(), profiles, Want{})
	if err != nil {
		t.Fatal(err)
	}
	m.wantCalls(1, 3, 1)
	if len(all) != 4 || all[0].AccessKeyID != all[3].AccessKeyID || all[0].AccessKeyID == all[1].AccessKeyID {
		t.Errorf("not in the order of the profiles: %+v", all)
	}
	if got := m.aws.Server.Calls("GetSessionToken")[0].Params["DurationSeconds"]; got != "900" {
		t.Errorf("the session for the moment lasts %s seconds", got)
	}
	// They are the sessions of the profiles, and nothing else is left.
	for i, name := range profiles {
		if s, err := m.broker().Session(t.Context(), name, Want{}); err != nil || s.AccessKeyID != all[i].AccessKeyID {
			t.Errorf("%s: %v", name, err)
		}
	}
	if again, err := m.broker().SessionsOf(t.Context(), profiles, Want{}); err != nil || again[1].AccessKeyID != all[1].AccessKeyID {
		t.Errorf("%v", err)
	}
	m.wantCalls(1, 3, 1)
	m.role("late", time.Hour)
	m.wantNobodyToAsk("late")
}

// Nowhere to keep anything: still one code.
func TestSessionsOfWithoutCache(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{"shared": "", "MFA session": "awsbroker_mfa_session = 1h"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newWorld(t)
			m.role("dev", time.Hour, more)
			m.role("prod", time.Hour, more)
			b := m.broker()
			b.Code = m.code()
			b.TestOnlySessions(nil, "")
			if _, err := b.SessionsOf(t.Context(), []string{"dev", "prod", "dev"}, Want{Fresh: true}); err != nil {
				t.Fatal(err)
			}
			m.wantCalls(1, 2, 1)
		})
	}
}

// A role whose sessions are longer than an hour takes a code of its own.
func TestSessionsOfLongRoles(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("long", 4*time.Hour, "duration_seconds = 4h", m.codesFromCommand(1))
	line := m.codesFromCommand(1)
	m.role("dev", time.Hour, line)
	m.role("prod", time.Hour, line)
	all, err := m.broker().SessionsOf(t.Context(), []string{"dev", "long", "prod"}, Want{})
	if err != nil {
		t.Fatal(err)
	}
	m.wantCalls(1, 3, 2)
	if left := all[1].Left(time.Now()); left < 3*time.Hour {
		t.Errorf("the long one has %s left", left)
	}

	// One code cannot do both, and who it fails for is said.
	b := m.broker()
	b.Code = m.code()
	_, err = b.SessionsOf(t.Context(), []string{"long", "dev", "prod"}, Want{Fresh: true})
	wantFailed(t, err, Refused, "profile dev: this MFA code was used already")
}

// An MFA session: one code for the day, whatever the role and the region.
func TestMFASessionForAllRoles(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	const day = "awsbroker_mfa_session = 8h"
	m.role("dev", time.Hour, day)
	m.role("prod", time.Hour, day, m.codesFromCommand(0))
	b := m.broker()
	b.Code = m.code()
	if _, err := b.SessionsOf(t.Context(), []string{"dev", "prod"}, Want{Fresh: true, For: 2 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	m.wantCalls(1, 2, 1)
	if got := m.aws.Server.Calls("GetSessionToken")[0].Params["DurationSeconds"]; got != "7200" {
		t.Errorf("it lasts %s seconds, not as long as was wished", got)
	}
	m.role("test", time.Hour, "awsbroker_mfa_session = 1h", "awsbroker_region = us-west-2")
	m.wantNoQuestion("test")
	m.wantCalls(1, 3, 1)
	cache := m.cache()
	for name, lives := range map[string]bool{"dev": true, "prod": true, "admin": false} {
		if ends := m.target(name).MFAEnds(cache, time.Now()); ends.IsZero() == lives {
			t.Errorf("the MFA session of profile %s ends %s", name, ends)
		}
	}
	if err := m.target("prod").forgetAll(cache); err != nil {
		t.Fatal(err)
	}
	m.wantNoQuestion("dev") // its own session is there
	m.role("last", time.Hour, day)
	m.wantNobodyToAsk("last")
	m.wantCalls(1, 3, 1)
}

// The sessions of roles end, one after the other, and nobody is asked until
// the MFA session has ended.
func TestMFASessionRenewsInSilence(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.aws.Server.SetSessionLife(stretch(6 * time.Second)) // of the MFA session
	b := m.broker()
	b.Code = m.code()
	if _, err := b.Session(t.Context(), "dev", Want{}); err != nil {
		t.Fatal(err)
	}
	base := m.target("dev").From
	of, ok := base.cached(m.cache(), time.Now())
	if !ok {
		t.Fatal("no MFA session")
	}
	m.aws.Server.SetSessionLife(time.Second)
	if err := m.target("dev").Forget(m.cache()); err != nil {
		t.Fatal(err)
	}
	for lives := 0; lives < 3; lives++ {
		m.wantNoQuestion("dev")
		time.Sleep(1100 * time.Millisecond)
	}
	if m.coded() != 1 || m.calls("AssumeRole") < 4 {
		t.Errorf("%d codes, %d sessions", m.coded(), m.calls("AssumeRole"))
	}
	time.Sleep(time.Until(of.Expiration))
	m.wantNobodyToAsk("dev")
}

// Many callers of many roles at once, and none has a session: one code.
func TestMFASessionAskedForOnce(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	code := m.codesFromCommand(1)
	var names []string
	for i := range 4 {
		names = append(names, fmt.Sprintf("role%d", i))
		m.role(names[i], time.Hour, "awsbroker_mfa_session = 8h", code)
	}
	var all sync.WaitGroup
	for i := range 16 {
		b := m.broker()
		all.Go(func() {
			if _, err := b.Session(t.Context(), names[i%len(names)], Want{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m.wantCalls(1, 4, 1)
}

// An MFA session that AWS does not take any more is replaced, once.
func TestMFASessionOfNoUse(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"InvalidClientTokenId", "ExpiredToken"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			m := newWorld(t)
			m.role("dev", time.Hour, "awsbroker_mfa_session = 8h")
			m.login("dev")
			refuse := func(times int) {
				m.aws.Server.ClearFaults()
				if err := m.aws.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultError, Code: code, Status: 403, Times: times}); err != nil {
					t.Fatal(err)
				}
			}
			refuse(1)
			b := m.broker()
			b.Code = m.code()
			_ = m.target("dev").Forget(m.cache())
			if _, err := b.Session(t.Context(), "dev", Want{}); err != nil {
				t.Fatal(err)
			}
			m.wantCalls(2, 3, 2)

			// Refused with a new one as well: that is the answer.
			refuse(-1)
			b = m.broker()
			b.Code = m.code()
			_ = m.target("dev").Forget(m.cache())
			_, err := b.Session(t.Context(), "dev", Want{})
			wantFailed(t, err, Refused, "AWS")
			m.wantCalls(3, 5, 3)
		})
	}
}

// A role may demand that the code was given lately.
func TestMFASessionTooOldForRole(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.role("strict", time.Hour, "awsbroker_mfa_session = 8h")
	m.trust("strict", `"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}}`)
	m.login("dev")
	m.aws.Server.Advance(10 * time.Minute) // no more than AWS forgives a clock

	// Without anybody to ask, AWS's refusal is the news.
	_, err := m.broker().Session(t.Context(), "strict", Want{})
	wantFailed(t, err, Refused, "the role demands a code that was given more recently: awsbroker login --profile strict")
	m.wantCalls(1, 2, 1)
	b := m.broker()
	b.Code = m.code()
	if _, err := b.Session(t.Context(), "strict", Want{}); err != nil {
		t.Fatal(err)
	}
	m.wantCalls(2, 4, 2)

	// A role that is denied for another reason costs one code, not one a call.
	m.role("denied", time.Hour, "awsbroker_mfa_session = 8h")
	m.trust("denied", `"Condition":{"StringEquals":{"sts:ExternalId":"another"}}`)
	for range 3 {
		b := m.broker()
		b.Code = m.code()
		_, err := b.Session(t.Context(), "denied", Want{})
		wantFailed(t, err, Refused, "AccessDenied")
	}
	m.wantCalls(3, 4+2+2, 3)
}

// While a role's session lives, nobody is asked because its MFA session died.
func TestEarlyRenewalAsksNobody(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("dev", time.Hour, "awsbroker_mfa_session = 8h", m.codesFromCommand(0))
	s := m.login("dev")
	s.Issued, s.Expiration = time.Now().Add(-42*time.Minute), time.Now().Add(18*time.Minute).Truncate(time.Second)
	if err := m.cache().Put(m.target("dev").CacheKey(), s); err != nil {
		t.Fatal(err)
	}
	if err := m.aws.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultError, Code: "InvalidClientTokenId", Status: 403}); err != nil {
		t.Fatal(err)
	}
	again, err := m.broker().Session(t.Context(), "dev", Want{})
	if err != nil || again.AccessKeyID != s.AccessKeyID || !strings.Contains(m.shown(), "the session could not be renewed") {
		t.Errorf("%v\n%s", err, m.shown())
	}
	m.wantCalls(1, 2, 1)
}

// Whoever waits for a role's session waits for the person who gives the code.
func TestWaitingForAnothersCode(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.role("next", time.Hour, "awsbroker_source_profile = dev", "[profile unused]")
	for _, profile := range []string{"dev", "next"} {
		target := m.target(profile)
		lock := session.NewLock(m.sessions, target.DeviceLock())
		if ok, err := lock.Try(); !ok {
			t.Fatal(err)
		}
		b := m.broker()
		b.Limits = Limits{Question: 100 * time.Millisecond, Run: stretch(time.Second)}
		_, err := b.SessionOf(t.Context(), target, Want{})
		wantFailed(t, err, NeedPerson, "asks for a code of "+m.aws.Device.Serial)
		_ = lock.Unlock()
	}
}

// What login --for may say.
func TestWantFor(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.role("long", 4*time.Hour, "awsbroker_mfa_session = 8h", "duration_seconds = 2h")
	m.profile("bare", m.aws.Role.ARN(), "")
	for _, tt := range []struct {
		profile string
		life    time.Duration
		says    string
	}{
		{"dev", 37 * time.Hour, "an MFA session lasts from 15 minutes to 36 hours, not 37h"},
		{"dev", time.Minute, "an MFA session lasts from 15 minutes to 36 hours, not 1m"},
		{"admin", 8 * time.Hour, "add this line to it: awsbroker_mfa_session = 8h"},
		{"long", 8 * time.Hour, "profile long wants sessions of 2 hours, which need a code of their own"},
		{"bare", 8 * time.Hour, "profile bare has no MFA device"},
	} {
		_, err := m.broker().Session(context.Background(), tt.profile, Want{For: tt.life})
		wantFailed(t, err, Usage, tt.says)
		_, err = m.broker().SessionsOf(context.Background(), []string{tt.profile}, Want{For: tt.life})
		wantFailed(t, err, Usage, tt.says)
	}
	m.wantCalls(0, 0, 0)
}

// A session for the moment is not given to a profile whose own it resembles.
func TestPassingSessionIsNobodys(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.profile("base", "", "")
	m.profile("user", "", m.aws.Device.Serial, "awsbroker_mfa_session = 8h", "awsbroker_source_profile = base")
	m.login("user")
	code := m.codesFromCommand(2)
	before, _ := os.ReadFile(m.paths.Config)
	after := strings.Replace(string(before), "[profile base]", "[profile base]\n"+code, 1)
	if err := os.WriteFile(m.paths.Config, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
	m.role("dev", time.Hour, code)
	m.role("prod", time.Hour, code)
	if err := m.aws.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultError, Code: "InvalidClientTokenId", Status: 403, Times: 1}); err != nil {
		t.Fatal(err)
	}
	all, err := m.broker().SessionsOf(t.Context(), []string{"dev", "prod", "user"}, Want{})
	if err != nil {
		t.Fatal(err)
	}
	if left := all[2].Left(time.Now()); left < 7*time.Hour {
		t.Errorf("the user's session has %s left", left)
	}
	m.wantCalls(3, 3, 3)
}

// A session that is dated ahead was made before the clock was set back, not by
// somebody else a moment ago: who wants a new one gets one.
func TestFreshAfterClockWasSetBack(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	ahead := session.Session{Credentials: m.credentials(m.aws.Key), Issued: time.Now().Add(4 * time.Minute)}
	ahead.Expiration = ahead.Issued.Add(time.Hour)
	if err := m.cache().Put(m.target("admin").CacheKey(), ahead); err != nil {
		t.Fatal(err)
	}
	if s := m.login("admin"); s.AccessKeyID == ahead.AccessKeyID {
		t.Error("the old one was taken for new")
	}
	m.wantCalls(0, 1, 1)
}

// No list of tags makes one session look like another.
func TestCacheKeyTellsTagsFromChains(t *testing.T) {
	first := &Target{Profile: &config.Profile{RoleARN: "first"}}
	chained := &Target{Profile: &config.Profile{RoleARN: "next", Source: first.Profile}, From: first}
	tagged := &Target{Profile: &config.Profile{RoleARN: "next", RoleSession: config.RoleSession{Tags: []config.Tag{{Key: "from", Value: first.CacheKey()}}}}}
	if chained.CacheKey() == tagged.CacheKey() {
		t.Error("they share a session")
	}
}

// A source of codes that fails says nothing about another profile's, though
// they are for the same MFA session.
func TestFailedSourceIsItsProfiles(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	m.role("broken", time.Hour, "awsbroker_mfa_session = 8h", "awsbroker_mfa_process = false")
	m.role("dev", time.Hour, "awsbroker_mfa_session = 8h", m.codesFromCommand(1))
	_, err := m.broker().Session(t.Context(), "broken", Want{})
	wantFailed(t, err, NeedPerson, "awsbroker_mfa_process of profile broken")
	m.wantNoQuestion("dev")
	m.wantCalls(1, 1, 1)
}
