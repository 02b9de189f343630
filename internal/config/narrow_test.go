package config

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestNarrowInEachPartition(t *testing.T) {
	for _, partition := range []string{"aws", "aws-cn", "aws-us-gov"} {
		c := mustParse(t, "[profile p]\nawsbroker_key = phoebe\nrole_arn = arn:"+partition+":iam::123456789012:role/admin\n", "")
		p, err := c.Resolve("p")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Narrow(Narrowing{ReadOnly: true}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"arn:" + partition + ":iam::aws:policy/ReadOnlyAccess"}; !slices.Equal(p.PolicyARNs, want) {
			t.Errorf("%s: %q, not %q", partition, p.PolicyARNs, want)
		}
	}
}

func TestNarrowingSizes(t *testing.T) {
	policy := func(characters int) string {
		const before, after = `{"Version":"`, `"}`
		return before + strings.Repeat("x", characters-len(before)-len(after)) + after
	}
	arn := "arn:aws:iam::aws:policy/" + strings.Repeat("n", 76) // 100 characters
	for name, tt := range map[string]struct {
		n    Narrowing
		want string
	}{
		"all that goes":           {Narrowing{Policy: policy(2048)}, ""},
		"white space not counted": {Narrowing{Policy: policy(2048) + "\n\n"}, ""},
		"too much":                {Narrowing{Policy: policy(2049)}, "2049 characters"},
		"together":                {Narrowing{Policy: policy(1948), PolicyARNs: []string{arn}}, ""},
		"too much together":       {Narrowing{Policy: policy(1949), PolicyARNs: []string{arn}}, "have 2049 characters together, and AWS accepts at most 2048"},
		"two in one":              {Narrowing{PolicyARNs: []string{arn + "," + arn}}, "must be the ARN of a managed policy"},
	} {
		err := tt.n.Check()
		var wrong *NarrowingError
		if tt.want == "" && err != nil || tt.want != "" && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
