package broker

import (
	"errors"
	"strings"
	"testing"
)

// A key that is removed takes its unfinished rotation along, and says so.
func TestRemoveWhileRotating(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = stopAt("before prove 1", kill)
	if _, err := m.rotate(); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	made := m.aws.Server.Calls("CreateAccessKey")[0].Created
	if err := m.broker().Remove(t.Context(), "phoebe"); err != nil {
		t.Fatal(err)
	}
	if want := "or delete the other key: aws iam delete-access-key --user-name phoebe --access-key-id " + made; !strings.Contains(m.shown(), want) {
		t.Errorf("not said: %s\n%s", want, m.shown())
	}
	m.aws.Server.Key(made).Delete()
	m.put(m.aws.Key)
	m.at = nil
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	m.wantDone(m.aws.Key.ID)
}
