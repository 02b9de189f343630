package broker

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

// A key that is removed takes its unfinished rotation along, and says so.
func TestRemoveWhileRotating(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	b := m.broker()
	b.Code = m.code()
	r, err := b.newRotation(t.Context(), RotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if _, _, err := r.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	next, err := r.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.broker().Remove(t.Context(), "phoebe"); err != nil {
		t.Fatal(err)
	}
	if want := "or delete the other key: aws iam delete-access-key --user-name phoebe --access-key-id " + next.AccessKeyID; !strings.Contains(m.shown(), want) {
		t.Errorf("not said: %s\n%s", want, m.shown())
	}
	left, _ := filepath.Glob(filepath.Join(m.paths.State, "rotation-*"))
	if _, err := m.keystore().GetItem(t.Context(), pendingItems([]string{"phoebe"})[0]); len(left) > 0 || !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("left behind: %v, %v", left, err)
	}

	// With another key of the same name it begins anew.
	m.aws.Server.Key(next.AccessKeyID).Delete()
	m.put(m.aws.Key)
	again := m.broker()
	again.Code = m.code()
	if out, err := again.Rotate(t.Context(), RotateOptions{}); err != nil || out.Old != m.aws.Key.ID || out.Resumed {
		t.Fatalf("%+v, %v\n%s", out, err, m.shown())
	}
	if m.wantWorking() == m.aws.Key.ID {
		t.Error("the key was not replaced")
	}
}
