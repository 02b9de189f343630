package config

import "testing"

func TestSwapSection(t *testing.T) {
	set := []Setting{{"region", "eu-central-1"}, {"awsbroker_key", "phoebe"}}
	for name, text := range map[string]string{
		"nothing":           "",
		"another":           "# mine\n[profile other]\nregion = us-east-1\n",
		"no last line end":  "[profile other]\nregion = us-east-1",
		"form feed":         "[default]\nregion = us-east-1\n\f\n",
		"comments and CRLF": "[default]\r\nregion = us-east-1\r\n# the end\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			with, err := SetProfile([]byte(text), "admin", set, nil)
			if err != nil {
				t.Fatal(err)
			}
			lines := Section(with, "admin")
			without, err := SwapSection(with, "admin", nil)
			if err != nil {
				t.Fatal(err)
			}
			if string(without) != text && string(without) != text+"\n" {
				t.Errorf("%q", without)
			}
			other := []byte("[profile admin]\nregion = eu-west-1\n")
			swapped, err := SwapSection(with, "admin", other)
			if err != nil || string(Section(swapped, "admin")) != string(other) {
				t.Errorf("%v: %q", err, swapped)
			}
			back, err := SwapSection(swapped, "admin", lines)
			if err != nil || string(back) != string(with) {
				t.Errorf("%v: %q", err, back)
			}
		})
	}
	between := "[profile a]\nregion = x-1\n\n[profile admin]\nregion = y-1\n# after\n\n[profile b]\nregion = z-1\n"
	out, err := SwapSection([]byte(between), "admin", nil)
	if err != nil || string(out) != "[profile a]\nregion = x-1\n# after\n\n[profile b]\nregion = z-1\n" {
		t.Errorf("%v: %q", err, out)
	}
}
