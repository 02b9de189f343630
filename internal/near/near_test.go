package near

import (
	"reflect"
	"testing"
)

func TestNames(t *testing.T) {
	names := []string{"admin", "admin-prod", "default", "prod", "Admin"}
	for name, want := range map[string][]string{
		"admn": {"admin", "Admin"}, "ADMIN": {"admin", "Admin"}, "amdin": {"admin", "Admin"},
		"prdo": {"prod"}, "zzz": nil, "": nil, "defualt": {"default"},
	} {
		if got := Names(name, names); !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
