package rotate

import (
	"errors"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// The keychain has the same access key under two names: both get the new one, wherever a
// run is killed.
func TestRotateKeyOfTwoNames(t *testing.T) {
	t.Parallel()
	for _, boundary := range []string{"", "before swap twin 1", "after swap twin 1", "before deactivate 1", "before delete 1"} {
		t.Run(boundary, func(t *testing.T) {
			t.Parallel()
			m := newRotating(t)
			old := m.Credentials(m.AWS.Key)
			if err := m.OpenKeystore().Set(t.Context(), "twin", old, keystore.KeyInfo{ARN: m.AWS.User.ARN()}); err != nil {
				t.Fatal(err)
			}
			if boundary != "" {
				m.at = brokertest.StopAt(boundary, brokertest.Kill)
			}
			_, err := m.rotate()
			if (boundary == "") != (err == nil) || err != nil && !errors.Is(err, brokertest.ErrKilled) {
				t.Fatalf("%v\n%s", err, m.Shown())
			}
			if !strings.Contains(m.Shown(), "The same access key is stored as twin, too, which will get the new one.") {
				t.Errorf("the plan does not say it:\n%s", m.Shown())
			}
			if boundary != "" {
				m.finished(old.AccessKeyID)
			}
			id := m.WantWorking()
			twin, err := m.OpenKeystore().Get(t.Context(), "twin")
			record, _ := keystore.ReadRecord(m.Paths.KeystoreFile())
			if err != nil || twin.AccessKeyID != id || record.Keys["twin"].AccessKeyID != id {
				t.Errorf("twin has %s (%s on record, %v), not %s", twin.AccessKeyID, record.Keys["twin"].AccessKeyID, err, id)
			}
		})
	}
}
