//go:build !linux

package keystore

import "testing"

func platformSubjects() map[Kind]func(t *testing.T) subject {
	return map[Kind]func(t *testing.T) subject{}
}
