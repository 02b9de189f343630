//go:build !windows

package mfa_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/machine"
	"github.com/awsbroker/awsbroker/internal/mfa"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
)

// owner is a world with a person at a terminal, who has a session in hand and
// reads codes off all of the user's devices. Each run that asks for codes is a
// process of its own: this test binary.
type owner struct {
	*brokertest.World
	shown map[string]time.Time // by serial number: the time of the code that was shown last
}

func newOwner(t *testing.T) *owner {
	t.Parallel()
	m := &owner{brokertest.NewWorld(t), map[string]time.Time{}}
	m.Login("admin")
	m.shown[m.AWS.Device.Serial] = m.AWS.Server.Now()
	return m
}

// order is what a run is told to do.
type order struct {
	Do       string // enroll or resync
	Enroll   mfa.EnrollOptions
	Name     string
	Paths    paths.Paths
	Sessions string
	Sealing  []byte
	Outcome  string // a file
}

// outcome is what came of it.
type outcome struct {
	Enrolled mfa.Enrolled
	Error    string
}

const orderVariable = "AWSBROKER_MFA_ORDER"

// TestOrder is the process that other tests start. By itself it has nothing to
// do.
func TestOrder(t *testing.T) {
	var o order
	if json.Unmarshal([]byte(os.Getenv(orderVariable)), &o) != nil {
		return
	}
	cache, err := session.New(o.Sessions, o.Sealing)
	if err != nil {
		t.Fatal(err)
	}
	b := &broker.Broker{Paths: o.Paths, Keystore: keystore.File, Started: time.Now(), Limits: broker.PersonLimits, Report: yes{}}
	b.TestOnlySessions(cache, o.Sessions)
	var out outcome
	switch o.Do {
	case "enroll":
		out.Enrolled, err = mfa.Enroll(t.Context(), b, o.Enroll)
	case "resync":
		out.Enrolled.Serial, err = mfa.Resync(t.Context(), b, o.Name, mfa.Options{})
	}
	if err != nil {
		out.Error = err.Error()
	}
	data, err := json.Marshal(out)
	if err == nil {
		err = os.WriteFile(o.Outcome, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// yes is a person who says so.
type yes struct{}

func (yes) Step(text string) { fmt.Println(text) }

func (yes) Waiting(string, time.Duration) func() { return func() {} }
func (yes) Warn(text string)                     { fmt.Println("warning:", text) }
func (yes) Debug(string)                         {}
func (yes) Confirm(_ context.Context, _ *broker.Asker, text, question string) error {
	fmt.Println(text, question)
	return nil
}

// run does it at a terminal, and types the codes that are asked for, or what
// says instead. leaves may kill it.
func (m *owner) run(o order, says func(question string) string, leaves func(question string) bool) (out outcome, screen string) {
	m.T.Helper()
	o.Paths, o.Sessions, o.Sealing, o.Outcome = m.Paths, m.Sessions, m.Sealing, filepath.Join(m.T.TempDir(), "outcome")
	data, err := json.Marshal(o)
	if err != nil {
		m.T.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestOrder$")
	cmd.Env = append(os.Environ(), orderVariable+"="+string(data))
	tm := machine.NewTerminal(m.T)
	person := machine.Person{Leaves: leaves, Answer: func(question string) string {
		if says != nil {
			if text := says(question); text != "" {
				return text + "\n"
			}
		}
		return m.code(question, tm.Screen()) + "\n"
	}}
	_, killed := person.SitAt(tm, tm.Start(cmd))
	if data, err = os.ReadFile(o.Outcome); !killed && (err != nil || json.Unmarshal(data, &out) != nil) {
		m.T.Fatalf("no outcome: %v\n%s", err, tm.Screen())
	}
	return out, strings.ReplaceAll(tm.Screen(), "\r\n", "\n")
}

var (
	asksForOne   = regexp.MustCompile(`^MFA code of (\S+?),`)
	saysWhichOne = regexp.MustCompile(`MFA device (\S+) for |codes of the MFA device (\S+)`)
)

// code is the next one of the device that the question, or the screen, names.
// AWS's clock goes on where it would have to be waited for.
func (m *owner) code(question, screen string) string {
	m.T.Helper()
	serial := ""
	if named := asksForOne.FindStringSubmatch(question); named != nil {
		serial = named[1]
	} else if all := saysWhichOne.FindAllStringSubmatch(screen, -1); all != nil {
		serial = all[len(all)-1][1] + all[len(all)-1][2]
	}
	if !strings.HasPrefix(serial, "arn:") {
		serial = serialOf(serial)
	}
	const step = 30 * time.Second
	d := m.AWS.Account.Device(serial)
	if d == nil {
		m.T.Fatalf("no device %q for %q", serial, question)
	}
	now := m.AWS.Server.Now().Truncate(step)
	next := m.shown[serial].Truncate(step).Add(step)
	if next.Before(now.Add(-step)) {
		next = now.Add(-step)
	}
	for next.After(m.AWS.Server.Now().Truncate(step)) {
		m.AWS.Server.Advance(step)
	}
	m.shown[serial] = next
	return d.CodeAt(next)
}

func serialOf(name string) string { return "arn:aws:iam::123456789012:mfa/" + name }

// devices are the names of the user's devices, and of those that nobody has.
func (m *owner) devices() (of, nobodys string) {
	var have, free []string
	state := m.AWS.Account.State()
	for serial, user := range state.Devices {
		name := serial[strings.LastIndexByte(serial, '/')+1:]
		switch user {
		case m.AWS.User.ARN():
			have = append(have, name)
		case "":
			free = append(free, name)
		}
	}
	return joined(have), joined(free)
}

// fault makes the next call of an action go wrong.
func (m *owner) fault(action string, kind fakeaws.FaultKind) {
	m.T.Helper()
	m.AWS.Server.ClearFaults()
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: action, Kind: kind, Times: 1}); err != nil {
		m.T.Fatal(err)
	}
}
