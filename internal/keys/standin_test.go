package keys

import (
	"testing"

	"github.com/awsbroker/awsbroker/internal/brokertest"
)

// An address that says the acting key is of another user is not AWS, or the record
// is wrong: no key is changed.
func TestChangesNothingAtStandIn(t *testing.T) {
	t.Parallel()
	for _, change := range []Change{Activate, Deactivate, Delete} {
		m := brokertest.NewWorld(t)
		m.AllowKeys(false)
		other := m.PointAtStandIn()
		m.WantStoppedAtStandIn(other, Apply(t.Context(), m.NewBroker(), change, []string{m.AWS.Key.ID}, Options{Force: true}))
	}
}
