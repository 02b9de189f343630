package failure

import (
	"fmt"
	"testing"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// TestDialogsOfKeychains: a dialog that was dismissed needs a person (4), one that nobody
// answered is the keychain's (7), with the daemon's own hint and none about another place.
func TestDialogsOfKeychains(t *testing.T) {
	dismissed := OfKeystore(fmt.Errorf("%w: KeePassXC asked", keystore.ErrDismissed), "phoebe")
	if dismissed.Reason != NeedPerson {
		t.Errorf("dismissed is %v", dismissed.Reason)
	}
	for _, is := range []error{keystore.ErrTimeout, keystore.ErrLocked, keystore.ErrMissing} {
		f := OfKeystore(fmt.Errorf("reading: %w", &fault.Advised{Err: is, Hint: "answer its dialog"}), "phoebe")
		if f.Reason != Keychain || len(f.Hints) != 1 || f.FirstHint() != "answer its dialog" {
			t.Errorf("%v is %v with the hints %q", is, f.Reason, f.Hints)
		}
	}
}
