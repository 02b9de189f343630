package awsapi

import "testing"

func TestCheckURL(t *testing.T) {
	for url, ok := range map[string]bool{
		"":                           true,
		"https://sts.example":        true,
		"http://127.0.0.1:4566":      true,
		"http://[::1]:4566":          true,
		"http://localhost":           true,
		"http://sts.example":         false,
		"http://127.0.0.1.evil.test": false,
		"http://10.0.0.1":            false,
		"ftp://127.0.0.1":            false,
		"sts.example":                false,
		"https://":                   false,
		"://":                        false,
	} {
		if err := CheckURL(url); (err == nil) != ok {
			t.Errorf("%q: %v", url, err)
		}
	}
}
