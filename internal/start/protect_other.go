//go:build !linux

package start

func protect() {}
