//go:build !windows

package keystore

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/say"
)

// noStore is the error where pass has no store, with what makes one. gopass, which
// may be installed as pass, keeps its own store elsewhere, and may encrypt it with
// age in place of gpg.
func (p *passStore) noStore() error {
	data := cmp.Or(p.helper.variable("XDG_DATA_HOME"), filepath.Join(p.helper.variable("HOME"), ".local", "share"))
	gopass := filepath.Join(data, "gopass", "stores", "root")
	hint := "create one with: pass init YOUR-GPG-ID"
	if _, err := os.Stat(filepath.Join(gopass, ".gpg-id")); err == nil {
		hint = "to use gopass's store: export PASSWORD_STORE_DIR=" + say.ShellWord(gopass)
	} else if _, err := os.Stat(filepath.Join(gopass, ".age-recipients")); err == nil {
		hint = "gopass's store is encrypted with age, and pass cannot read it; create one for pass with: pass init YOUR-GPG-ID; or use another keychain: awsbroker add KEY --keystore file"
	}
	return &fault.Advised{Err: fmt.Errorf("%w: pass has no store in %q", ErrMissing, p.dir), Hint: hint}
}
