//go:build !linux && !windows

package session

func readSystemKey(string) ([]byte, error) { return nil, errRefused }

func writeSystemKey(string, []byte) error { return errRefused }

func removeSystemKey(string) error { return errRefused }

// KeepKey has nothing to do where the system keeps no keys.
func KeepKey(string) {}
