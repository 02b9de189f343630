package brokertest

import (
	"errors"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// CountCalls says how often AWS was asked for something.
func (m *World) CountCalls(action string) int { return len(m.AWS.Server.Calls(action)) }

// CountCodes is how many calls had a code in them.
func (m *World) CountCodes() int {
	n := 0
	for _, action := range []string{"AssumeRole", "GetSessionToken"} {
		for _, c := range m.AWS.Server.Calls(action) {
			if c.CodeSent {
				n++
			}
		}
	}
	return n
}

// WantFailed holds that err is a failure that says something, in its message or
// its hints.
func WantFailed(t *testing.T, err error, reason failure.Reason, says string) *failure.Error {
	t.Helper()
	var f *failure.Error
	if !errors.As(err, &f) || f.Reason != reason || !strings.Contains(f.Message+"\n"+strings.Join(f.Hints, "\n"), says) {
		t.Fatalf("%+v, want a failure of kind %d that says %q", err, reason, says)
	}
	return f
}

// WantCalls holds how often AWS was asked, and how often with a code.
func (m *World) WantCalls(sessionTokens, assumeRoles, coded int) {
	m.T.Helper()
	if s, a, c := m.CountCalls("GetSessionToken"), m.CountCalls("AssumeRole"), m.CountCodes(); s != sessionTokens || a != assumeRoles || c != coded {
		m.T.Fatalf("%d times GetSessionToken, %d times AssumeRole, %d codes; want %d, %d, %d\n%s", s, a, c, sessionTokens, assumeRoles, coded, m.Shown())
	}
	if again := m.AWS.Server.RepeatedCodes(); len(again) > 0 {
		m.T.Errorf("a code was sent twice: %+v", again)
	}
}

// WantNoQuestion gets a session where nobody can be asked.
func (m *World) WantNoQuestion(profile string) {
	m.T.Helper()
	if _, err := m.NewBroker().Session(m.T.Context(), profile, broker.Want{}); err != nil {
		m.T.Fatalf("%s: %v", profile, err)
	}
}

// WantNobodyToAsk holds that a session of the profile takes a person.
func (m *World) WantNobodyToAsk(profile string) {
	m.T.Helper()
	_, err := m.NewBroker().Session(m.T.Context(), profile, broker.Want{})
	WantFailed(m.T, err, failure.NeedPerson, "awsbroker login --profile")
}

// WantWorking holds that the keychain has a key that AWS takes.
func (m *World) WantWorking() string {
	m.T.Helper()
	key := m.StoredKey()
	client, err := sts.New(m.Target("admin").Endpoint)
	if err != nil {
		m.T.Fatal(err)
	}
	if _, err := client.CallerIdentity(m.T.Context(), key); err != nil {
		m.T.Fatalf("the key in the keychain does not work: %v", err)
	}
	return key.AccessKeyID
}
