package keychain

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/rotate"
)

// A key that is removed takes its unfinished rotation along, and says so.
func TestRemoveWhileRotating(t *testing.T) {
	t.Parallel()
	m := brokertest.NewWorld(t)
	b := m.NewBroker()
	b.Code = m.NextCode()
	r, err := rotate.New(t.Context(), b, rotate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Actor.Close()
	if _, _, err := r.ReadState(t.Context()); err != nil {
		t.Fatal(err)
	}
	next, err := r.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := RemoveKey(t.Context(), m.NewBroker(), "phoebe"); err != nil {
		t.Fatal(err)
	}
	if want := "Or delete the other key: aws iam delete-access-key --user-name phoebe --access-key-id " + next.AccessKeyID; !strings.Contains(m.Shown(), want) {
		t.Errorf("not said: %s\n%s", want, m.Shown())
	}
	left, _ := filepath.Glob(filepath.Join(m.Paths.State, "rotation-*"))
	if _, err := m.OpenKeystore().GetItem(t.Context(), rotate.PendingItems([]string{"phoebe"})[0]); len(left) > 0 || !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("left behind: %v, %v", left, err)
	}

	// With another key of the same name it begins anew.
	m.AWS.Server.Key(next.AccessKeyID).Delete()
	m.PutKey(m.AWS.Key)
	again := m.NewBroker()
	again.Code = m.NextCode()
	if out, err := rotate.Run(t.Context(), again, rotate.Options{}); err != nil || out.Old != m.AWS.Key.ID || out.Resumed {
		t.Fatalf("%+v, %v\n%s", out, err, m.Shown())
	}
	if m.WantWorking() == m.AWS.Key.ID {
		t.Error("the key was not replaced")
	}
}
