package setup_test

import (
	"testing"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/setup"
)

// TestSetWritesOneLine: no value makes more of the file than the one setting, or
// another setting than what was said.
func TestSetWritesOneLine(t *testing.T) {
	for _, value := range []string{"", " ", "x\nrole_arn = arn:aws:iam::123456789012:role/other", "x\r[profile y]", "ab\x00c", "ab ", " ab", "ab # c", "\"ab\""} {
		m := &machine{brokertest.NewWorld(t)}
		before := m.config()
		changed, err := setup.Set(t.Context(), m.NewBroker(), "admin", "external_id", value)
		brokertest.WantFailed(t, err, failure.Usage, "external_id")
		if changed || m.config() != before {
			t.Errorf("%q: changed %v:\n%s", value, changed, m.config())
		}
	}
}
