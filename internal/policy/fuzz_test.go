package policy

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

var documents = []string{
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
	`{"Statement":{"Sid":"x","Effect":"Allow","Action":["s3:*","iam:*"],"Resource":["*"],"Condition":{"Bool":{"aws:MultiFactorAuthPresent":true}}}}`,
	`{"Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}},{"Effect":"Allow","NotAction":"ec2:*","NotResource":"arn:aws:s3:::x"}]}`,
	`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root","123456789012"]},"Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":["a","b"]}}}]}`,
	`{"Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-27T22:00:00Z"}}}]}`,
	`{"Statement":[]}`, `{"Statement":null}`, `[]`, `{"Statement":[null]}`,
}

// FuzzDocument: what reads policies agrees with itself on any document.
func FuzzDocument(f *testing.F) {
	for _, text := range documents {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !isSpelledRight(text) {
			return // AWS takes no such document
		}
		if norm, err := Normalize(text); err == nil {
			again, err := Normalize(norm)
			if err != nil || again != norm || !Same(text, norm) {
				t.Errorf("%s\nis normalized to\n%s\nand that to\n%s (%v)", text, norm, again, err)
			}
			if AlwaysAdmin(norm) != AlwaysAdmin(text) || TrustDemand(norm) != TrustDemand(text) || Denies(norm) != Denies(text) {
				t.Errorf("normalized it means something else:\n%s\n%s", text, norm)
			}
		}
		less := WithoutAlwaysAdmin(text)
		switch {
		case less != "" && AlwaysAdmin(less):
			t.Errorf("still an administrator:\n%s\n%s", text, less)
		case less != "" && Denies(text) && !Denies(less), less == "" && Denies(text):
			t.Errorf("a denial is gone:\n%s\n%s", text, less)
		}
		if cutoff, ok := ParseCutoff(text); ok {
			if back, ok := ParseCutoff(DenyBefore(cutoff)); !ok || !back.Equal(cutoff.Truncate(time.Second)) {
				t.Errorf("%s has the cutoff %v, which comes back as %v", text, cutoff, back)
			}
			if Denies(text) {
				t.Errorf("it denies to later sessions: %s", text)
			}
		}
		if users := TrustedUsers("aws", "123456789012", text); users != nil && !Same(text, TrustWithMFA("aws", "123456789012", users...)) {
			t.Errorf("%q are not all that it trusts: %s", users, text)
		}
	})
}

// isSpelledRight reports whether every element that has the letters of one of IAM's has
// its capitals, too, and no object has a key twice.
func isSpelledRight(text string) bool {
	var read func(d *json.Decoder) bool
	read = func(d *json.Decoder) bool {
		token, err := d.Token()
		if err != nil {
			return false
		}
		open, _ := token.(json.Delim)
		seen := map[string]bool{}
		for (open == '{' || open == '[') && d.More() {
			if open == '{' {
				key, err := d.Token()
				name, _ := key.(string)
				if err != nil || seen[strings.ToLower(name)] || !isElement(name) {
					return false
				}
				seen[strings.ToLower(name)] = true
			}
			if !read(d) {
				return false
			}
		}
		if open != 0 {
			_, err = d.Token()
		}
		return err == nil
	}
	return read(json.NewDecoder(strings.NewReader(text)))
}

func isElement(name string) bool {
	for _, element := range []string{"Version", "Id", "Statement", "Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition", "AWS"} {
		if strings.EqualFold(name, element) {
			return name == element
		}
	}
	return true
}

// FuzzMatches holds patterns of IAM's to regular expressions.
func FuzzMatches(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("***", "")
	f.Add("*?*", "x")
	f.Add("arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/admin")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 100 || len(text) > 1000 {
			return // the expression would be too large
		}
		var expression strings.Builder
		for i := range len(pattern) {
			switch pattern[i] {
			case '*':
				expression.WriteString(".*")
			case '?':
				expression.WriteString(".")
			default:
				expression.WriteString(regexp.QuoteMeta(latin(pattern[i : i+1])))
			}
		}
		e := regexp.MustCompile(`(?s)\A` + expression.String() + `\z`)
		if got, want := matches(pattern, text), e.MatchString(latin(text)); got != want {
			t.Errorf("%q fits %q: %v, want %v", pattern, text, got, want)
		}
	})
}

// latin makes a character of each byte.
func latin(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
}
