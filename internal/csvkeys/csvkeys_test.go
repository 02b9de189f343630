package csvkeys

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

const (
	id      = "AKIAIOSFODNN7EXAMPLE"
	secret  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	id2     = "AKIAI44QH8DHBEXAMPLE"
	secret2 = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
	link    = "https://123456789012.signin.aws.amazon.com/console"
)

const old = "User name,Password,Access key ID,Secret access key,Console login link\r\n"

func row(line int, user, id, secret string) string {
	return fmt.Sprintf("%d %q %s %s", line, user, id, secret)
}

func rows(f File) []string {
	var all []string
	for _, r := range f.Rows {
		all = append(all, row(r.Line, r.User, r.AccessKeyID, r.SecretAccessKey.Reveal()))
	}
	return all
}

func TestParse(t *testing.T) {
	one := []string{row(2, "phoebe", id, secret)}
	nobody := []string{row(2, "", id, secret)}
	two := []string{row(2, "phoebe", id, secret), row(3, "robin", id2, secret2)}
	for _, tt := range []struct {
		name, text string
		want       []string
		skipped    int
		passwords  bool
	}{
		{"a new user", old + "phoebe,pw," + id + "," + secret + "," + link + "\r\n", one, 0, true},
		{"without a password", old + "phoebe,," + id + "," + secret + "," + link, one, 0, false},
		{"a new key", "Access key ID,Secret access key\r\n" + id + "," + secret + "\r\n", nobody, 0, false},
		{"several users", old + "phoebe,," + id + "," + secret + ",\r\nrobin,," + id2 + "," + secret2 + ",\r\n", two, 0, false},
		{"byte order mark", "\xef\xbb\xbf" + old + "phoebe,," + id + "," + secret + ",\n", one, 0, false},
		{"byte order mark, new key", "\xef\xbb\xbfAccess key ID,Secret access key\n" + id + "," + secret, nobody, 0, false},
		{"LF", strings.ReplaceAll(old, "\r", "") + "phoebe,," + id + "," + secret + ",", one, 0, false},
		{"CR", strings.ReplaceAll(old, "\n", "") + "phoebe,," + id + "," + secret + ",\r", one, 0, false},
		{"UTF-16", sixteen(old + "phoebe,," + id + "," + secret + ",\r\n"), one, 0, false},
		{"quoted comma", old + `phoebe,"p,""w"",x",` + id + "," + secret + ",", one, 0, true},
		{"comma nobody quoted", old + "phoebe,p,w," + id + "," + secret + "," + link, one, 0, true},
		{"quote nobody closed", old + `phoebe,"p,` + id + "," + secret + "," + link + "\nrobin,," + id2 + "," + secret2 + ",", two, 0, true},
		{"every field quoted", `"Access key ID","Secret access key"` + "\n" + `"` + id + `","` + secret + `"`, nobody, 0, false},
		{"another order, more columns", "Secret access key , group,ACCESS KEY ID,user Name\n" + secret + ",ops," + id + ",phoebe", one, 0, false},
		{"other spellings", "user_name,aws_access_key_id,aws_secret_access_key\nphoebe," + id + "," + secret, one, 0, false},
		{"spaces", "User name, Access key ID , Secret access key\n phoebe , " + id + " , " + secret + " ", one, 0, false},
		{"semicolons", "User name;Access key ID;Secret access key\nphoebe;" + id + ";" + secret, one, 0, false},
		{"tabs", "User name\tAccess key ID\tSecret access key\nphoebe\t" + id + "\t" + secret, one, 0, false},
		{"semicolons, a comma in the password", "User name;Password;Access key ID;Secret access key\nphoebe;p,w;" + id + ";" + secret, one, 0, true},
		{"semicolons, a tab in the password", "User name;Password;Access key ID;Secret access key\nphoebe;\"p\tw\";" + id + ";" + secret, one, 0, true},
		{"tabs, a semicolon in the password", "User name\tPassword\tAccess key ID\tSecret access key\nphoebe\tp;w\t" + id + "\t" + secret, one, 0, true},
		{"no header", "\n" + id + "," + secret + "\n", nobody, 0, false},
		{"another header", "Zugriffsschlüssel-ID,Geheimnis\n" + id + "," + secret, nobody, 0, false},
		{"a password of 40 characters", "a,b,c,d\nphoebe," + secret2 + "," + id + "," + secret, nobody, 0, false},
		{"console users", old + "robin,pw,,," + link + "\nphoebe,pw," + id + "," + secret + "," + link, []string{row(3, "phoebe", id, secret)}, 1, true},
		{"half a key", old + "robin,pw," + id2 + ",," + link + "\nphoebe,," + id + "," + secret + ",", []string{row(3, "phoebe", id, secret)}, 1, true},
		{"blank lines", "\n\n" + old + "\r\nphoebe,," + id + "," + secret + ",\r\n\r\n", []string{row(5, "phoebe", id, secret)}, 0, false},
		{"unclear", "a\n" + secret + " " + secret2 + " " + id, nil, 1, false},
		{"the same row twice", old + strings.Repeat("phoebe,,"+id+","+secret+",\n", 2), one, 0, false},
		{"temporary", "Access key ID,Secret access key\nASIAIOSFODNN7EXAMPLE," + secret, []string{row(2, "", "ASIAIOSFODNN7EXAMPLE", secret)}, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.text))
			if err != nil || !slices.Equal(rows(f), tt.want) || len(f.Skipped) != tt.skipped || f.Passwords != tt.passwords {
				t.Errorf("%v\n%+v %v", rows(f), f, err)
			}
			for _, s := range f.Skipped {
				if strings.Contains(s.Why, secret) || strings.Contains(s.Why, "pw") {
					t.Errorf("shows the file: %q", s.Why)
				}
			}
		})
	}
}

func sixteen(text string) string {
	b := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestRootKey(t *testing.T) {
	f, err := Parse([]byte("AWSAccessKeyId=" + id + "\r\nAWSSecretKey=" + secret + "\r\n"))
	if err != nil || !slices.Equal(rows(f), []string{row(1, "", id, secret)}) || !f.Rows[0].Root {
		t.Errorf("%+v %v", f, err)
	}
}

func TestNoKey(t *testing.T) {
	for _, text := range []string{"", "\n", "Access key ID,Secret access key\n", "hello, world\n", "AKIA,secret"} {
		if f, err := Parse([]byte(text)); !errors.Is(err, ErrNoKey) {
			t.Errorf("%q: %+v %v", text, f, err)
		}
	}
	if _, err := Parse([]byte("PK\x03\x04\x00\x00")); err == nil || errors.Is(err, ErrNoKey) {
		t.Errorf("a zip file: %v", err)
	}
}

// TestRootKeyHasAnID: ids are of capital letters.
func TestRootKeyHasAnID(t *testing.T) {
	for _, id := range []string{strings.ToLower(id), strings.Repeat("A", 129)} {
		if f, err := Parse([]byte("AWSAccessKeyId=" + id + "\nAWSSecretKey=" + secret)); len(f.Rows) > 0 || err == nil {
			t.Errorf("%s: %+v %v", id, f, err)
		}
	}
}

// TestINI: a file of profiles is told from a CSV file.
func TestINI(t *testing.T) {
	if f, err := Parse([]byte("[default]\nAWS_Access_Key_Id = " + id + "\naws_secret_access_key=" + secret + "\n")); !errors.Is(err, ErrINI) {
		t.Errorf("%+v %v", f, err)
	}
}
