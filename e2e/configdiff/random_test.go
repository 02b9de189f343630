package configdiff

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestRandomFiles compares made-up files. CONFIGDIFF_SEED and
// CONFIGDIFF_FILES look elsewhere, or for longer.
func TestRandomFiles(t *testing.T) {
	seed, files := number(t, "CONFIGDIFF_SEED", 1), number(t, "CONFIGDIFF_FILES", 300)
	t.Logf("CONFIGDIFF_SEED=%d", seed)
	dir := t.TempDir()
	var pairs []*pair
	for i := range files {
		m := maker{rand.New(rand.NewSource(int64(seed*1_000_003 + i)))}
		p := &pair{name: fmt.Sprintf("random-%d-%d", seed, i), config: m.file(true)}
		if m.Intn(3) == 0 {
			p.credentials = m.file(false)
		}
		p.write(t, dir)
		pairs = append(pairs, p)
	}
	for _, python := range botocores(t) {
		version, readings := botocore(t, python, pairs)
		refused, profiles, differences := 0, 0, 0
		for i, p := range pairs {
			mine := ours(p)
			if mine.refused != "" {
				refused++
			}
			for _, is := range mine.profiles {
				if is.refused == "" {
					profiles++
				}
			}
			found := compare(p, mine, readings[i])
			differences += len(found)
			explain(t, version, found)
			if t.Failed() {
				t.Fatalf("CONFIGDIFF_SEED=%d", seed)
			}
		}
		t.Logf("botocore %s: %d files, %d refused; %d profiles read; %d differences, all explained", version, len(pairs), refused, profiles, differences)
		// The generator must not drift into making nothing but broken files.
		if refused*2 > files || profiles < files {
			t.Errorf("too few legal files: %d of %d refused, %d profiles", refused, files, profiles)
		}
	}
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// maker makes files such as people and tools leave behind.
type maker struct{ *rand.Rand }

func (m maker) one(of ...string) string { return of[m.Intn(len(of))] }

// rarely is true once in n times.
func (m maker) rarely(n int) bool { return m.Intn(n) == 0 }

func (m maker) file(config bool) string {
	ending := m.one("\n", "\n", "\n", "\r\n")
	var b strings.Builder
	line := func(text string) {
		b.WriteString(text)
		if m.rarely(40) {
			b.WriteString(m.one(" ", "\t"))
		}
		if m.rarely(60) {
			b.WriteString(m.one("\n", "\r\n"))
		} else {
			b.WriteString(ending)
		}
	}
	if m.rarely(80) {
		b.WriteString("\ufeff")
	}
	m.noise(line)
	headers := []string{"default", "profile a", "profile b", "profile c", "profile a.b", "profile größe", "services s", "sso-session s", "preview"}
	if !config {
		headers = []string{"default", "a", "b", "profile c", "größe"}
	}
	if m.rarely(6) {
		headers = append(headers, m.one(`profile "b"`, "profile 'my name'", "profile my name", "profile\tt", "profile  u", " profile v ", "profile default", "Profile w", "profilex y"))
	}
	m.Shuffle(len(headers), func(i, j int) { headers[i], headers[j] = headers[j], headers[i] })
	headers = headers[:m.Intn(len(headers)+1)]
	if m.rarely(50) && len(headers) > 0 {
		headers = append(headers, headers[0])
	}
	for _, header := range headers {
		m.section(line, header)
	}
	text := b.String()
	if m.rarely(3) {
		text = strings.TrimRight(text, "\r\n")
	}
	return text
}

func (m maker) noise(line func(string)) {
	for m.rarely(3) {
		line(m.one("", "", "  ", "# note", "; note", "   # region = no", "#[profile no]", "# =", "#"))
	}
}

func (m maker) section(line func(string), header string) {
	margin := m.one("", "", "", "", "  ", "\t")
	line(m.one("", "", "", margin) + "[" + header + "]" + m.one("", "", "", "", " ", " # note", " ; x", "#x"))
	if strings.HasPrefix(header, "services") {
		line("sts =")
		line("  endpoint_url = " + m.one("https://sts.example", "http://127.0.0.1:4566"))
		return
	}
	keys := append([]string{"s3", "output", "cli_pager", "awsbroker_key"}, settings[:9]...)
	m.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	keys = keys[:m.Intn(8)]
	if m.rarely(2) {
		keys = append(keys, "role_arn", "source_profile")
	}
	seen := map[string]bool{}
	for _, key := range keys {
		m.noise(line)
		if seen[key] && !m.rarely(40) {
			continue
		}
		seen[key] = true
		indent := margin
		if m.rarely(30) {
			indent = m.one(" ", "", "   ")
		}
		m.setting(line, indent, key)
	}
	if m.rarely(4) {
		line(margin + "aws_access_key_id = AKIAIOSFODNN7EXAMPLE")
		line(margin + "aws_secret_access_key = a/b+c")
	}
	if m.rarely(100) {
		line(m.one("nonsense", "= x", "[", "[]", "<<<<<<<"))
	}
}

func (m maker) setting(line func(string), indent, key string) {
	if key == "s3" {
		line(indent + "s3 =")
		for range m.Intn(3) {
			line(indent + m.one("  ", "\t", "    ") + m.one("a = b", "region = no", "# note", "", "endpoint_url = https://x"))
		}
		return
	}
	if m.rarely(12) {
		key = m.one(strings.ToUpper(key), strings.ToUpper(key[:1])+key[1:], "awsbroker_"+key)
	}
	value := m.value(strings.ToLower(key))
	if m.rarely(25) {
		value = m.one("", `"`+value+`"`, "'"+value+"'", value+" # note", value+" ; note", value+"#x", value+"\t;x", `"`+value, "  "+value, value+`\`, `"`+value+`" # x`)
	}
	line(indent + key + m.one(" = ", " = ", "=", " =", "= ", "\t=\t") + value)
	if m.rarely(60) {
		line(indent + "  " + m.one("more", "region = eu-west-9", "x = y"))
	}
	if m.rarely(60) {
		line(indent + "foreign" + m.one(": x", " : y = z", " = 1:2"))
	}
}

// value is one that the setting could have, and rarely one that it could not.
func (m maker) value(key string) string {
	of := func(bad string, good ...string) string {
		if m.rarely(20) {
			return bad
		}
		return m.one(good...)
	}
	switch strings.TrimPrefix(key, "awsbroker_") {
	case "region":
		return of("Frankfurt", "eu-west-1", "eu-central-1", "us-east-1", "local")
	case "role_arn":
		return of("admin", "arn:aws:iam::123456789012:role/admin-mfa", "arn:aws:iam::123456789012:role/a/b/c", "arn:aws:iam::123456789012:role/x")
	case "source_profile":
		return of("nobody", "default", "a", "b", "c", "a.b", "größe")
	case "mfa_serial":
		return of("no", "arn:aws:iam::123456789012:mfa/phoebe", "GAHT12345678", "arn:aws:iam::123456789012:mfa/x/y")
	case "external_id":
		return of("a b", "ab", "a=b:c/d", "a.b,c@d+e")
	case "role_session_name":
		return of("é", "me@home", "ab", "a=b")
	case "duration_seconds":
		return of(m.one("60", "+900", "x"), "900", "3600", "43200", "01000", "1h")
	case "credential_process":
		return of(m.one("/bin/x --a=b:c", `"/bin/x y" 'z'`, `C:\bin\x.exe`, "/bin/x %(region)s $HOME `y`", `"""`),
			"awsbroker credential-process --profile a", "/usr/local/bin/awsbroker credential-process --profile b")
	case "endpoint_url":
		return of("http://x.example", "https://x.example", "http://localhost:4566", "https://x.example:8443/a=b")
	case "key":
		return m.one("k", "phoebe", "größe", `"k"`)
	}
	return m.one("json", "text", "a = b", "世界", `\`, "%s", "[x]", "")
}
