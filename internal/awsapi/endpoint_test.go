package awsapi

import (
	"strings"
	"testing"
)

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
		"https://me:hunter2@x.test":  false,
		"https://me:hunter2@ x":      false,
		"://":                        false,
	} {
		if err := CheckURL(url); (err == nil) != ok {
			t.Errorf("%q: %v", url, err)
		} else if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows a password: %v", err)
		}
	}
}

func TestIsAWS(t *testing.T) {
	for url, want := range map[string]bool{
		"":                                       true,
		"https://sts.eu-central-1.amazonaws.com": true,
		"https://sts.cn-north-1.amazonaws.com.cn": true,
		"https://amazonaws.com.evil.test":         false,
		"https://evilamazonaws.com":               false,
		"http://sts.amazonaws.com":                false,
		"https://localhost:4566":                  false,
	} {
		if got := (Endpoint{URL: url}).IsAWS(); got != want {
			t.Errorf("%q: %v", url, got)
		}
	}
}
