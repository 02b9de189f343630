// Package csvkeys reads the access keys in the files that the AWS console
// offers once, when it makes a key:
//
//	User name,Password,Access key ID,Secret access key,Console login link
//	Access key ID,Secret access key
//	AWSAccessKeyId=… and AWSSecretKey=… on two lines, for the root user
//
// and in what spreadsheets make of them: any order of columns, more of them,
// a byte order mark or UTF-16, any line ending, semicolons
// (https://github.com/aws/aws-cli/issues/7721, /7753). Passwords are not read.
package csvkeys

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/pattern"
)

// Row is one line with an access key.
type Row struct {
	Line            int
	User            string // empty where the file does not say
	AccessKeyID     string
	SecretAccessKey credential.Secret
	Root            bool // the layout is that of the root user's file
}

// Skipped is a line about a user that has no access key to read.
type Skipped struct {
	Line int
	User string
	Why  string
	// Broken: there is something of a key in it. Otherwise it is about a user
	// who only has a console password.
	Broken bool
}

// File is what such a file holds.
type File struct {
	Rows      []Row
	Skipped   []Skipped
	Passwords bool // console passwords are in it, too
}

// ErrNoKey means that there is no access key in the file.
var ErrNoKey = errors.New("it has no access key")

// ErrINI means that the file is no CSV, but one of profiles.
var ErrINI = errors.New("it is a file of profiles, like ~/.aws/credentials, and not a CSV file")

// isSetting reports whether a line is that of an access key in a file of profiles.
func isSetting(line string) bool {
	name, _, ok := strings.Cut(strings.ToLower(line), "=")
	return ok && slices.Contains([]string{"aws_access_key_id", "aws_secret_access_key"}, strings.TrimSpace(name))
}

// Parse returns the access keys of a file, and the lines that it skipped. Neither the
// error nor the skipped lines contain text of the file other than user names.
func Parse(data []byte) (File, error) {
	text, err := decodeText(data)
	if err != nil {
		return File{}, err
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	if row, ok := rootRow(lines); ok {
		return File{Rows: []Row{row}}, nil
	}
	if slices.ContainsFunc(lines, isSetting) {
		return File{}, ErrINI
	}
	var f File
	head := header{id: -1, secret: -1, user: -1, password: -1, comma: ','}
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !head.found() {
			if head = readHeader(line); head.found() {
				continue
			}
		}
		f.addLine(i+1, line, head)
	}
	if len(f.Rows) == 0 && len(f.Skipped) == 0 {
		return File{}, ErrNoKey
	}
	f.Rows = dropRepeated(f.Rows)
	return f, nil
}

func (f *File) addLine(number int, line string, head header) {
	fields := splitFields(line, head.comma)
	user := head.field(fields, head.user)
	f.Passwords = f.Passwords || head.field(fields, head.password) != ""
	id, secret := head.field(fields, head.id), head.field(fields, head.secret)
	if keyID().MatchString(id) && secretKey().MatchString(secret) {
		f.Rows = append(f.Rows, Row{Line: number, User: user, AccessKeyID: id, SecretAccessKey: credential.NewSecret(secret)})
		return
	}
	// A comma in a password that nobody quoted moves what comes behind it.
	if head.user != 0 {
		user = ""
	}
	id, secret, unclear := findKey(line)
	switch {
	case id != "" && secret != "":
		f.Rows = append(f.Rows, Row{Line: number, User: user, AccessKeyID: id, SecretAccessKey: credential.NewSecret(secret)})
	case unclear:
		f.Skipped = append(f.Skipped, Skipped{number, user, "it has several texts that could be the access key", true})
	case id != "":
		f.Skipped = append(f.Skipped, Skipped{number, user, "it has an access key id, but no secret access key", true})
	case head.found():
		f.Skipped = append(f.Skipped, Skipped{number, user, "it has no access key, only a password for the console", false})
	}
}

// dropRepeated returns the rows without those whose key is in one before, as files
// that were put together have them.
func dropRepeated(rows []Row) []Row {
	seen := map[[2]string]bool{}
	return slices.DeleteFunc(rows, func(r Row) bool {
		key := [2]string{r.AccessKeyID, r.SecretAccessKey.Reveal()}
		repeated := seen[key]
		seen[key] = true
		return repeated
	})
}

// header says in which column is what; -1 is nowhere.
type header struct {
	id, secret, user, password int
	comma                      rune // between columns
}

func (h header) found() bool { return h.id >= 0 && h.secret >= 0 }

func (h header) field(fields []string, column int) string {
	if column < 0 || column >= len(fields) {
		return ""
	}
	return fields[column]
}

// readHeader tries separators other than commas, too: they come from spreadsheets in
// other languages.
func readHeader(line string) (h header) {
	for _, comma := range ",;\t" {
		if h = readHeaderBy(line, comma); h.found() {
			break
		}
	}
	return h
}

func readHeaderBy(line string, comma rune) header {
	var names []string
	for _, field := range splitFields(line, comma) {
		names = append(names, strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(field)))
	}
	column := func(spellings ...string) int {
		return slices.IndexFunc(names, func(n string) bool { return slices.Contains(spellings, n) })
	}
	return header{
		id:       column("accesskeyid", "awsaccesskeyid"),
		secret:   column("secretaccesskey", "awssecretaccesskey", "awssecretkey"),
		user:     column("username", "user"),
		password: column("password"),
		comma:    comma,
	}
}

// splitFields returns the trimmed fields of one line of CSV.
func splitFields(line string, comma rune) []string {
	r := csv.NewReader(strings.NewReader(line))
	r.LazyQuotes, r.Comma = true, comma
	fields, err := r.Read()
	if err != nil {
		return nil
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

var (
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
	keyID     = pattern.Of(`^[A-Z0-9]{16,128}$`)
	secretKey = pattern.Of(`^[^\s,;"]{16,}$`)

	anyID     = pattern.Of(`(?:^|[^A-Za-z0-9])(A[KS]IA[A-Z0-9]{16})(?:$|[^A-Za-z0-9])`)
	candidate = pattern.Of(`[A-Za-z0-9/+=]+`)
	adjacent  = pattern.Of(`^["']?\s*[,;:\t ]\s*["']?([A-Za-z0-9/+=]{40})(?:$|[^A-Za-z0-9/+=])`)
)

// findKey finds a key in a line by its form: the only id, and either the 40 characters
// right behind the id or the only text of 40 characters. unclear means that there are
// several.
func findKey(line string) (id, secret string, unclear bool) {
	ids := anyID().FindAllStringSubmatchIndex(line, 2)
	if len(ids) == 0 {
		return "", "", false
	}
	if len(ids) > 1 {
		return "", "", true
	}
	id = line[ids[0][2]:ids[0][3]]
	if m := adjacent().FindStringSubmatch(line[ids[0][3]:]); m != nil {
		return id, m[1], false
	}
	var secrets []string
	for _, text := range candidate().FindAllString(line, -1) {
		if len(text) == 40 {
			secrets = append(secrets, text)
		}
	}
	switch len(secrets) {
	case 0:
		return id, "", false
	case 1:
		return id, secrets[0], false
	}
	return "", "", true
}

var (
	rootID     = pattern.Of(`^\s*(?i:AWSAccessKeyId)\s*=\s*([A-Z0-9]{16,128})\s*$`)
	rootSecret = pattern.Of(`(?i)^\s*AWSSecretKey\s*=\s*(\S{16,})\s*$`)
)

// rootRow returns the key of a rootkey.csv as the console used to write it.
func rootRow(lines []string) (Row, bool) {
	row := Row{Root: true}
	for i, line := range lines {
		if m := rootID().FindStringSubmatch(line); m != nil && row.AccessKeyID == "" {
			row.AccessKeyID, row.Line = m[1], i+1
		}
		if m := rootSecret().FindStringSubmatch(line); m != nil && row.SecretAccessKey.IsEmpty() {
			row.SecretAccessKey = credential.NewSecret(m[1])
		}
	}
	return row, row.AccessKeyID != "" && !row.SecretAccessKey.IsEmpty()
}
