//go:build !linux || !(amd64 || arm64)

package main

import (
	"errors"
	"syscall"
)

func refuseKeys(syscall.Errno) error { return errors.New("there is no filter for this system") }
