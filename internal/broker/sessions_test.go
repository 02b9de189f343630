package broker_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Profiles of one device, each with a role of its own: one code.
func TestSessionsOfOneDevice(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("dev", time.Hour)
	m.AddRole("prod", time.Hour, "awsbroker_source_profile = phoebe", "[profile phoebe]")
	b := m.NewBroker()
	b.Code = m.NextCode()
	profiles := []string{"prod", "admin", "dev", "prod"}
	all, err := b.SessionsOf(t.Context(), profiles, broker.Want{})
	if err != nil {
		t.Fatal(err)
	}
	m.WantCalls(1, 3, 1)
	if len(all) != 4 || all[0].AccessKeyID != all[3].AccessKeyID || all[0].AccessKeyID == all[1].AccessKeyID {
		t.Errorf("not in the order of the profiles: %+v", all)
	}
	if got := m.AWS.Server.Calls("GetSessionToken")[0].Params["DurationSeconds"]; got != "900" {
		t.Errorf("the session for the moment lasts %s seconds", got)
	}
	// They are the sessions of the profiles, and nothing else is left.
	for i, name := range profiles {
		if s, err := m.NewBroker().Session(t.Context(), name, broker.Want{}); err != nil || s.AccessKeyID != all[i].AccessKeyID {
			t.Errorf("%s: %v", name, err)
		}
	}
	if again, err := m.NewBroker().SessionsOf(t.Context(), profiles, broker.Want{}); err != nil || again[1].AccessKeyID != all[1].AccessKeyID {
		t.Errorf("%v", err)
	}
	m.WantCalls(1, 3, 1)
	m.AddRole("late", time.Hour)
	m.WantNobodyToAsk("late")
}

// Nowhere to keep anything: still one code.
func TestSessionsOfWithoutCache(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{"shared": "", "MFA session": "awsbroker_mfa_session = 1h"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := brokertest.NewWorld(t)
			m.AddRole("dev", time.Hour, more)
			m.AddRole("prod", time.Hour, more)
			b := m.NewBroker()
			b.Code = m.NextCode()
			b.TestOnlySessions(nil, "")
			if _, err := b.SessionsOf(t.Context(), []string{"dev", "prod", "dev"}, broker.Want{Fresh: true}); err != nil {
				t.Fatal(err)
			}
			m.WantCalls(1, 2, 1)
		})
	}
}

// A role whose sessions are longer than an hour takes a code of its own.
func TestSessionsOfLongRoles(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("long", 4*time.Hour, "duration_seconds = 4h", m.CodesFromCommand(1))
	line := m.CodesFromCommand(1)
	m.AddRole("dev", time.Hour, line)
	m.AddRole("prod", time.Hour, line)
	all, err := m.NewBroker().SessionsOf(t.Context(), []string{"dev", "long", "prod"}, broker.Want{})
	if err != nil {
		t.Fatal(err)
	}
	m.WantCalls(1, 3, 2)
	if left := all[1].Left(time.Now()); left < 3*time.Hour {
		t.Errorf("the long one has %s left", left)
	}

	// --mfa-code does one of them; the other's comes from where its profile says,
	// and who that fails for is said.
	b := m.NewBroker()
	b.Code = m.NextCode()
	_, err = b.SessionsOf(t.Context(), []string{"long", "dev", "prod"}, broker.Want{Fresh: true})
	brokertest.WantFailed(t, err, failure.NeedPerson, "profile dev: awsbroker_mfa_process of profile dev: the command gave no MFA code")
}

// An MFA session: one code for the day, whatever the role and the region.
func TestMFASessionForAllRoles(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	const day = "awsbroker_mfa_session = 8h"
	m.AddRole("dev", time.Hour, day)
	m.AddRole("prod", time.Hour, day, m.CodesFromCommand(0))
	b := m.NewBroker()
	b.Code = m.NextCode()
	if _, err := b.SessionsOf(t.Context(), []string{"dev", "prod"}, broker.Want{Fresh: true, For: 2 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	m.WantCalls(1, 2, 1)
	if got := m.AWS.Server.Calls("GetSessionToken")[0].Params["DurationSeconds"]; got != "7200" {
		t.Errorf("it lasts %s seconds, not as long as was wished", got)
	}
	m.AddRole("test", time.Hour, "awsbroker_mfa_session = 1h", "awsbroker_region = us-west-2")
	m.WantNoQuestion("test")
	m.WantCalls(1, 3, 1)
	cache := m.OpenCache()
	for name, lives := range map[string]bool{"dev": true, "prod": true, "admin": false} {
		if ends := m.Target(name).MFAEnds(cache, time.Now()); ends.IsZero() == lives {
			t.Errorf("the MFA session of profile %s ends %s", name, ends)
		}
	}
	if err := m.Target("prod").ForgetSessions(cache); err != nil {
		t.Fatal(err)
	}
	m.WantNoQuestion("dev") // its own session is there
	m.AddRole("last", time.Hour, day)
	m.WantNobodyToAsk("last")
	m.WantCalls(1, 3, 1)
}

// The sessions of roles end, one after the other, and nobody is asked until
// the MFA session has ended.
func TestMFASessionRenewsInSilence(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.AWS.Server.SetSessionLife(brokertest.Stretch(6 * time.Second)) // of the MFA session
	b := m.NewBroker()
	b.Code = m.NextCode()
	if _, err := b.Session(t.Context(), "dev", broker.Want{}); err != nil {
		t.Fatal(err)
	}
	base := m.Target("dev").From
	of, ok := base.Cached(m.OpenCache(), time.Now())
	if !ok {
		t.Fatal("no MFA session")
	}
	m.AWS.Server.SetSessionLife(time.Second)
	if err := m.Target("dev").Forget(m.OpenCache()); err != nil {
		t.Fatal(err)
	}
	for lives := 0; lives < 3; lives++ {
		m.WantNoQuestion("dev")
		time.Sleep(1100 * time.Millisecond)
	}
	if m.CountCodes() != 1 || m.CountCalls("AssumeRole") < 4 {
		t.Errorf("%d codes, %d sessions", m.CountCodes(), m.CountCalls("AssumeRole"))
	}
	time.Sleep(time.Until(of.Expiration))
	m.WantNobodyToAsk("dev")
}

// Many callers of many roles at once, and none has a session: one code.
func TestMFASessionAskedForOnce(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	code := m.CodesFromCommand(1)
	var names []string
	for i := range 4 {
		names = append(names, fmt.Sprintf("role%d", i))
		m.AddRole(names[i], time.Hour, "awsbroker_mfa_session = 8h", code)
	}
	var all sync.WaitGroup
	for i := range 16 {
		b := m.NewBroker()
		all.Go(func() {
			if _, err := b.Session(t.Context(), names[i%len(names)], broker.Want{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m.WantCalls(1, 4, 1)
}

// An MFA session that AWS does not take any more is replaced, once.
func TestMFASessionOfNoUse(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"InvalidClientTokenId", "ExpiredToken"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			m := brokertest.NewWorld(t)
			m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h")
			m.Login("dev")
			refuse := func(times int) {
				m.AWS.Server.ClearFaults()
				if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultError, Code: code, Status: 403, Times: times}); err != nil {
					t.Fatal(err)
				}
			}
			refuse(1)
			b := m.NewBroker()
			b.Code = m.NextCode()
			_ = m.Target("dev").Forget(m.OpenCache())
			if _, err := b.Session(t.Context(), "dev", broker.Want{}); err != nil {
				t.Fatal(err)
			}
			m.WantCalls(2, 3, 2)

			// Refused with a new one as well: that is the answer.
			refuse(-1)
			b = m.NewBroker()
			b.Code = m.NextCode()
			_ = m.Target("dev").Forget(m.OpenCache())
			_, err := b.Session(t.Context(), "dev", broker.Want{})
			brokertest.WantFailed(t, err, failure.Refused, "AWS")
			m.WantCalls(3, 5, 3)
		})
	}
}

// A role may demand that the code was given lately.
func TestMFASessionTooOldForRole(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.AddRole("strict", time.Hour, "awsbroker_mfa_session = 8h")
	m.SetTrust("strict", `"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}}`)
	m.Login("dev")
	m.AWS.Server.Advance(10 * time.Minute) // no more than AWS forgives a clock

	// Without anybody to ask, AWS's refusal is the news.
	_, err := m.NewBroker().Session(t.Context(), "strict", broker.Want{})
	brokertest.WantFailed(t, err, failure.Refused, "the role requires a more recent code: awsbroker login --profile strict")
	m.WantCalls(1, 2, 1)
	b := m.NewBroker()
	b.Code = m.NextCode()
	if _, err := b.Session(t.Context(), "strict", broker.Want{}); err != nil {
		t.Fatal(err)
	}
	m.WantCalls(2, 4, 2)

	// A role that is denied for another reason costs one code, not one a call.
	m.AddRole("denied", time.Hour, "awsbroker_mfa_session = 8h")
	m.SetTrust("denied", `"Condition":{"StringEquals":{"sts:ExternalId":"another"}}`)
	for range 3 {
		b := m.NewBroker()
		b.Code = m.NextCode()
		_, err := b.Session(t.Context(), "denied", broker.Want{})
		brokertest.WantFailed(t, err, failure.Refused, "AccessDenied")
	}
	m.WantCalls(3, 4+2+2, 3)
}

// While a role's session lives, nobody is asked because its MFA session died.
func TestEarlyRenewalAsksNobody(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h", m.CodesFromCommand(0))
	s := m.Login("dev")
	s.Issued, s.Expiration = time.Now().Add(-42*time.Minute), time.Now().Add(18*time.Minute).Truncate(time.Second)
	if err := m.OpenCache().Put(m.Target("dev").CacheKey(), s); err != nil {
		t.Fatal(err)
	}
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultError, Code: "InvalidClientTokenId", Status: 403}); err != nil {
		t.Fatal(err)
	}
	again, err := m.NewBroker().Session(t.Context(), "dev", broker.Want{})
	if err != nil || again.AccessKeyID != s.AccessKeyID || !strings.Contains(m.Shown(), "the session could not be renewed") {
		t.Errorf("%v\n%s", err, m.Shown())
	}
	m.WantCalls(1, 2, 1)
}

// A session that ends while its renewal fails is not given out for its last moment.
func TestNobodyGetsTheLastMoment(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h", m.CodesFromCommand(0))
	s := m.Login("dev")
	s.Issued, s.Expiration = time.Now().Add(-time.Hour), time.Now().Add(4*time.Second).Truncate(time.Second)
	if err := m.OpenCache().Put(m.Target("dev").CacheKey(), s); err != nil {
		t.Fatal(err)
	}
	late := time.Until(s.Expiration) - 500*time.Millisecond
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultError, Code: "ValidationError", Status: 400, Delay: late}); err != nil {
		t.Fatal(err)
	}
	if again, err := m.NewBroker().Session(t.Context(), "dev", broker.Want{}); err == nil {
		t.Errorf("%s was given out, which ends in %s", again.AccessKeyID, time.Until(s.Expiration))
	}
}

// Whoever waits for a role's session waits for the person who gives the code.
func TestWaitingForAnothersCode(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.AddRole("next", time.Hour, "awsbroker_source_profile = dev", "[profile unused]")
	for _, profile := range []string{"dev", "next"} {
		target := m.Target(profile)
		lock := session.NewLock(m.Sessions, target.DeviceLock())
		if ok, err := lock.Try(); !ok {
			t.Fatal(err)
		}
		b := m.NewBroker()
		b.Limits = broker.Limits{Question: 100 * time.Millisecond, Run: brokertest.Stretch(time.Second)}
		_, err := b.SessionOf(t.Context(), target, broker.Want{})
		brokertest.WantFailed(t, err, failure.NeedPerson, "which is asking for a code of "+m.AWS.Device.Serial)
		_ = lock.Unlock()
	}
}

// What login --for may say.
func TestWantFor(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.AddRole("long", 4*time.Hour, "awsbroker_mfa_session = 8h", "duration_seconds = 2h")
	m.AddProfile("bare", m.AWS.Role.ARN(), "")
	for _, tt := range []struct {
		profile string
		life    time.Duration
		says    string
	}{
		{"dev", 37 * time.Hour, "an MFA session lasts from 15 minutes to 36 hours, not 37h"},
		{"dev", time.Minute, "an MFA session lasts from 15 minutes to 36 hours, not 1m"},
		{"admin", 8 * time.Hour, "awsbroker setup admin --mfa-session 8h"},
		{"long", 8 * time.Hour, "profile long has sessions of 2 hours, which need their own code"},
		{"bare", 8 * time.Hour, "profile bare has no MFA device"},
	} {
		_, err := m.NewBroker().Session(context.Background(), tt.profile, broker.Want{For: tt.life})
		brokertest.WantFailed(t, err, failure.Usage, tt.says)
		_, err = m.NewBroker().SessionsOf(context.Background(), []string{tt.profile}, broker.Want{For: tt.life})
		brokertest.WantFailed(t, err, failure.Usage, tt.says)
	}
	m.WantCalls(0, 0, 0)
}

// A session for the moment is not given to a profile whose own it resembles.
func TestPassingSessionIsNobodys(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddProfile("base", "", "")
	m.AddProfile("user", "", m.AWS.Device.Serial, "awsbroker_mfa_session = 8h", "awsbroker_source_profile = base")
	m.Login("user")
	code := m.CodesFromCommand(2)
	before, _ := os.ReadFile(m.Paths.Config)
	after := strings.Replace(string(before), "[profile base]", "[profile base]\n"+code, 1)
	if err := os.WriteFile(m.Paths.Config, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
	m.AddRole("dev", time.Hour, code)
	m.AddRole("prod", time.Hour, code)
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultError, Code: "InvalidClientTokenId", Status: 403, Times: 1}); err != nil {
		t.Fatal(err)
	}
	all, err := m.NewBroker().SessionsOf(t.Context(), []string{"dev", "prod", "user"}, broker.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if left := all[2].Left(time.Now()); left < 7*time.Hour {
		t.Errorf("the user's session has %s left", left)
	}
	m.WantCalls(3, 3, 3)
}

// A session that is dated ahead was made before the clock was set back, not by
// somebody else a moment ago: who wants a new one gets one.
func TestFreshAfterClockWasSetBack(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	ahead := session.Session{Credentials: m.Credentials(m.AWS.Key), Issued: time.Now().Add(4 * time.Minute)}
	ahead.Expiration = ahead.Issued.Add(time.Hour)
	if err := m.OpenCache().Put(m.Target("admin").CacheKey(), ahead); err != nil {
		t.Fatal(err)
	}
	if s := m.Login("admin"); s.AccessKeyID == ahead.AccessKeyID {
		t.Error("the old one was taken for new")
	}
	m.WantCalls(0, 1, 1)
}

// No list of tags makes one session look like another.
func TestCacheKeyTellsTagsFromChains(t *testing.T) {
	first := &target.Target{Profile: &config.Profile{RoleARN: "first"}}
	chained := &target.Target{Profile: &config.Profile{RoleARN: "next", Source: first.Profile}, From: first}
	tagged := &target.Target{Profile: &config.Profile{RoleARN: "next", RoleSession: config.RoleSession{Tags: []config.Tag{{Key: "from", Value: first.CacheKey()}}}}}
	if chained.CacheKey() == tagged.CacheKey() {
		t.Error("they share a session")
	}
}

// A source of codes that fails says nothing about another profile's, though
// they are for the same MFA session.
func TestFailedSourceIsItsProfiles(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.AddRole("broken", time.Hour, "awsbroker_mfa_session = 8h", "awsbroker_mfa_process = false")
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h", m.CodesFromCommand(1))
	_, err := m.NewBroker().Session(t.Context(), "broken", broker.Want{})
	brokertest.WantFailed(t, err, failure.NeedPerson, "awsbroker_mfa_process of profile broken")
	m.WantNoQuestion("dev")
	m.WantCalls(1, 1, 1)
}

// The limits of a run are for its caller. What a flow asks for after a person took
// their time has limits of its own, and --mfa-code is not for another device.
func TestSessionOfHasLimitsOfItsOwn(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	b := m.NewBroker()
	b.Started = time.Now().Add(-time.Hour)
	b.Code = m.NextCode()
	target, err := b.Target("admin")
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Session(t.Context(), "admin", broker.Want{})
	if err == nil {
		t.Error("a run that is long over has got a session for its caller")
	}
	_, err = b.SessionOf(t.Context(), target, broker.Want{ByPerson: true})
	brokertest.WantFailed(t, err, failure.NeedPerson, "no terminal to ask at")
	m.WantCalls(0, 0, 0)
	if _, err := b.SessionOf(t.Context(), target, broker.Want{}); err != nil {
		t.Errorf("--mfa-code was used up by who did not want it: %v", err)
	}
}
