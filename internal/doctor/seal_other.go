//go:build !linux && !windows

package doctor

// systemSeals is that this system is one that keeps the key which seals
// sessions. Here the keychain is the place for it.
const systemSeals = false
