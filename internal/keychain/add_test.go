package keychain

import (
	"testing"
	"time"
)

func TestRootLife(t *testing.T) {
	for _, c := range []struct {
		o  AddOptions
		ok bool
	}{
		{AddOptions{}, true},
		{AddOptions{Offline: true}, true},
		{AddOptions{Expires: minRootLife}, true},
		{AddOptions{Expires: maxRootLife}, true},
		{AddOptions{Expires: maxRootLife + time.Second}, false},
		{AddOptions{Expires: -time.Hour}, false},
		{AddOptions{Expires: time.Second}, false},
		{AddOptions{Expires: time.Hour, Offline: true}, false},
	} {
		if err := checkRootLife(c.o); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
}
