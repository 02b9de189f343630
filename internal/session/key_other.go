//go:build !linux && !windows

package session

import "time"

func readSystemKey(string) ([]byte, error) { return nil, errRefused }

func writeSystemKey(string, []byte) error { return errRefused }

func removeSystemKey(string) error { return errRefused }

// KeepKey has nothing to do where the system keeps no keys.
func KeepKey(string) {}

func (k Kept) read() ([]byte, error) { return nil, errRefused }

func (k Kept) write([]byte, time.Duration) error { return errRefused }

func (k Kept) remove() error { return errRefused }
