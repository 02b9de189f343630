package awsapi

import "testing"

// TestCheckProxy: what net/http would connect past is refused.
func TestCheckProxy(t *testing.T) {
	for value, good := range map[string]bool{
		"":                               true,
		"http://proxy:3128":              true,
		"http://proxy:3128/":             true,
		"proxy:3128":                     true,
		"proxy.example":                  true,
		"socks5://127.0.0.1:1080":        true,
		"http://bob:hun%25ter2@proxy:1":  true,
		"http://[::1]:3128":              true,
		"http://bob:hun%ter2@proxy:3128": false,
		"http://bob:a^b@proxy:3128":      false,
		"bob:a^b@proxy:3128":             false,
		"http://bob:a#b@proxy:3128":      false,
		"http://":                        false,
		"http:// proxy":                  false,
	} {
		t.Setenv("HTTPS_PROXY", "")
		t.Setenv("https_proxy", value)
		if err := CheckProxy(); (err == nil) != good {
			t.Errorf("%q: %v", value, err)
		}
	}
}
