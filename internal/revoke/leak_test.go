package revoke

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// leak is what a revocation may meet in the minute after a leak.
type leak struct {
	account string // of leakages
	second  bool   // an intruder has made a second key
	yes     bool   // nobody is asked, so no active key but the leaked one goes
	refuse  string // what the person says no to
	noCode  bool   // no code is given, so there is only the session in hand
}

func (l leak) String() string {
	return fmt.Sprintf("%s,second=%v,yes=%v,no=%q,noCode=%v", l.account, l.second, l.yes, l.refuse, l.noCode)
}

func (l leak) arrange(t *testing.T) *revoking {
	t.Helper()
	m := newRevoking(t, leakages[l.account])
	if l.second {
		m.AWS.User.AddAccessKey()
	}
	m.ro.Yes, m.Refuse, m.noCode, m.skips = l.yes, l.refuse, l.noCode, true
	m.waits.Again = time.Second
	return m
}

var leaks = []leak{
	{account: "role"},
	{account: "role", noCode: true},
	{account: "role", second: true, yes: true},
	{account: "role", second: true, refuse: "second", noCode: true},
	{account: "itself"},
	{account: "itself", second: true},
	{account: "itself", second: true, yes: true},
	{account: "itself", second: true, refuse: "second"},
	{account: "with MFA", second: true, yes: true},
}

// places are all the places at which a run can be stopped.
func (l leak) places(t *testing.T) (all []string) {
	t.Helper()
	m := l.arrange(t)
	n := map[string]int{}
	m.at = func(when, step string) error {
		place := when + " " + step
		n[place]++
		all = append(all, fmt.Sprintf("%s %d", place, n[place]))
		return nil
	}
	_, err := m.revoke()
	m.wantCut(err)
	if l.noCode && l.account != "itself" != failure.Is(err, failure.NeedPerson) {
		t.Errorf("%s: %+v", l, err)
	}
	return all
}

// Whatever AWS refuses, or the disk, and wherever: the leaked key does not work
// after the very run that it was refused in.
func TestLeakedKeyIsCutWhateverIsRefused(t *testing.T) {
	t.Parallel()
	for _, l := range brokertest.TakeSome(leaks) {
		for _, place := range brokertest.TakeSome(l.places(t)) {
			if !strings.HasPrefix(place, "before") && !strings.Contains(place, "note") {
				continue
			}
			t.Run(l.String()+"/"+place, func(t *testing.T) {
				t.Parallel()
				m := l.arrange(t)
				refused := &awsapi.Error{Reason: awsapi.Denied, Code: "AccessDenied", Message: "no"}
				m.at = brokertest.StopAt(place, func() error { return refused })
				_, err := m.revoke()
				m.wantCut(err)
				if active, _ := m.ActiveKeys(); slices.Contains(active, m.AWS.Key.ID) {
					t.Errorf("a session was in hand, and the leaked key is active: %+v\n%s", err, m.Shown())
				}
			})
		}
	}
}

// Killed anywhere, and run again with no more code than there was: the leaked key
// does not work then.
func TestLeakedKeyIsCutByTheNextRun(t *testing.T) {
	t.Parallel()
	for _, l := range brokertest.TakeSome(leaks) {
		for _, place := range brokertest.TakeSome(l.places(t)) {
			if strings.HasPrefix(place, "before") { // which is after the last step
				continue
			}
			t.Run(l.String()+"/"+place, func(t *testing.T) {
				t.Parallel()
				m := l.arrange(t)
				m.at = brokertest.StopAt(place, brokertest.Kill)
				if _, err := m.revoke(); !errors.Is(err, brokertest.ErrKilled) {
					t.Fatalf("not killed: %v", err)
				}
				first := m.Shown()
				m.at = nil
				_, err := m.revoke()
				m.wantCut(err)
				if active, _ := m.ActiveKeys(); slices.Contains(active, m.AWS.Key.ID) {
					t.Errorf("the leaked key is active: %+v\nthe first:\n%s\nthe next:\n%s", err, first, m.Shown())
				}
			})
		}
	}
}
