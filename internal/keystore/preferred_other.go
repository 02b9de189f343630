//go:build !linux && !darwin && !windows

package keystore

// preferred is the order in which Choose looks, best first.
var preferred = []Kind{Pass, File}
