// Package secretservice keeps secrets in freedesktop.org's Secret Service: GNOME
// Keyring, KWallet, KeePassXC, whichever is there on the D-Bus session bus of a
// Linux desktop (https://specifications.freedesktop.org/secret-service/latest/).
//
// Items are those of 99designs/keyring, and go through it. What it does not do
// is done here over D-Bus: a keyring is found behind its alias, and unlocked in a
// dialog that has an end; keyring then meets an unlocked keyring that exists.
// Errors are those of package fault. Nothing here waits for ever.
package secretservice

// Home is where in the Secret Service items are kept. Several programs can be the
// service, one after the other, and each can have several keyrings.
type Home struct {
	Program string `json:"program,omitempty"` // as people know it; empty: one that is not known here
	Keyring string `json:"keyring"`           // the keyring's name
}
