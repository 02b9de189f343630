//go:build !linux

package session

func readKernelKey(string) ([]byte, error) { return nil, errRefused }

func writeKernelKey(string, []byte) error { return errRefused }

func removeKernelKey(string) error { return errRefused }

// KeepKey has nothing to do where the kernel keeps no keys.
func KeepKey(string) {}
