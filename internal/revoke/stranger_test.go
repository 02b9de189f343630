package revoke

import (
	"strings"
	"testing"
)

// What an intruder has made is offered for removal; without a person it is listed.
func TestRevokeNamesWhatAnIntruderMade(t *testing.T) {
	t.Parallel()
	for _, yes := range []bool{false, true} {
		m := newRevoking(t, nil)
		intruder := m.AWS.User.AddAccessKey()
		device := m.AWS.User.EnableMFA("intruder")
		m.ro.Yes = yes
		out, err := m.revoke()
		if err != nil {
			t.Fatalf("%+v\n%s", err, m.Shown())
		}
		m.wantCut(nil)
		_, all := m.ActiveKeys()
		if yes {
			if len(all) != 2 || len(out.Keys) != 1 || out.Keys[0].ID != intruder.ID || len(out.Devices) != 2 {
				t.Errorf("keys %v; told %+v, %+v", all, out.Keys, out.Devices)
			}
			continue
		}
		for _, want := range []string{intruder.ID + ", ACTIVE, created ", device.Serial + ", enabled "} {
			if !strings.Contains(m.Shown(), want) {
				t.Errorf("not shown: %s\n%s", want, m.Shown())
			}
		}
		if strings.Contains(m.Shown(), m.AWS.Device.Serial+", enabled") {
			t.Error("the person's own device was offered for removal")
		}
		if len(all) != 1 || len(out.Keys) != 0 || len(out.Devices) != 1 || out.Devices[0].Serial != m.AWS.Device.Serial {
			t.Errorf("keys %v; told %+v, %+v", all, out.Keys, out.Devices)
		}
	}
}

// An address that says the key is of another user is not AWS, or the record is
// wrong: nothing is changed.
func TestRevokeAtStandIn(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	other := m.PointAtStandIn()
	_, err := m.revoke()
	m.WantStoppedAtStandIn(other, err)
}
