package configdiff

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
)

// rule allows a kind of difference from botocore.
type rule struct {
	name     string
	who      string   // who differs
	what     []string // and how
	reason   string
	explains func(difference) bool
}

// rules are all differences that are meant, or that are Go's own and keep
// awsbroker with botocore. The order matters: the first that fits is taken.
var rules = []rule{
	// Files that awsbroker refuses and botocore does not.
	{"lone carriage return", "awsbroker", []string{fileRefused},
		"Python takes it for a line break, Go for a part of the line: nobody can know what was meant",
		func(d difference) bool { return strings.Contains(d.its, "carriage return without a line feed") }},
	{"[DEFAULT]", "awsbroker", []string{fileRefused},
		"Python hands its settings to every section, other tools to none: a role could come from it unseen",
		func(d difference) bool { return strings.Contains(d.its, "section [DEFAULT]") }},

	// Profiles that awsbroker refuses and botocore does not.
	{"colon", "awsbroker", []string{refused},
		"botocore and Go read it, the JavaScript SDK does not and Rust refuses the file; refused only where the setting is asked for",
		func(d difference) bool {
			var e *config.ParseError
			return errors.As(d.ours.err, &e) && strings.Contains(e.Problem, "is set with a colon") && colonFirst(d.line(e))
		}},
	{"continued value", "awsbroker", []string{refused},
		"botocore joins the lines, Go takes the second for a setting: refused where the setting is asked for",
		func(d difference) bool {
			var e *config.ParseError
			return errors.As(d.ours.err, &e) && strings.Contains(e.Problem, "so continues the value") && d.line(e) != strings.TrimLeft(d.line(e), " \t\x1f")
		}},
	{"one profile twice", "awsbroker", []string{refused},
		"[default] beside [profile default], or quotes: botocore takes the later one, Go the prefixed or the unquoted one",
		func(d difference) bool {
			var e *config.ParseError
			return errors.As(d.ours.err, &e) && strings.Contains(e.Problem, "are the same profile")
		}},
	{"source with key and role", "awsbroker", []string{refused},
		"botocore signs with the source's key, Go assumes the source's role first: another role than one of them would give",
		func(d difference) bool {
			var e *config.ParseError
			return errors.As(d.ours.err, &e) && strings.Contains(e.Problem, "with both a role and a plaintext access key")
		}},
	{"service is not a block", "awsbroker", []string{refused},
		"botocore fails on it or sees no endpoint, Go the other way round: an MFA code must not go to the wrong host",
		func(d difference) bool {
			var e *config.ParseError
			return errors.As(d.ours.err, &e) && strings.Contains(e.Problem, "and its settings indented below it")
		}},
	{"capitals in a block", "awsbroker", []string{refused},
		"Go sees the setting, botocore does not",
		func(d difference) bool {
			var e *config.ParseError
			return errors.As(d.ours.err, &e) && strings.Contains(e.Problem, "must be in lower case")
		}},
	{"odd numbers", "awsbroker", []string{refused},
		"+900, 9_00 and 0x384 are numbers in Python, in Go or in both, and in no AWS documentation: refused with what to write",
		func(d difference) bool {
			var v *config.ValueError
			return errors.As(d.ours.err, &v) && v.Origin.Key == "duration_seconds" && d.botocoreHas(v.Origin) && strings.ContainsAny(v.Origin.Value, "+_x")
		}},
	{"value that AWS refuses", "awsbroker", []string{refused},
		"read as botocore reads it, and refused here, with its line, rather than by AWS, which names none. So is plain http to another machine",
		func(d difference) bool {
			var v *config.ValueError
			if errors.As(d.ours.err, &v) {
				return d.botocoreHas(v.Origin)
			}
			var k *config.SecurityKeyError
			return errors.As(d.ours.err, &k) && d.botocoreHas(k.Origin)
		}},
	{"two partitions", "awsbroker", []string{refused},
		"read as botocore reads it; a key is unknown in another partition",
		func(d difference) bool {
			var e *config.PartitionError
			return errors.As(d.ours.err, &e) && d.botocoreHas(e.A) && d.botocoreHas(e.B)
		}},
	{"signs in otherwise", "awsbroker", []string{refused},
		"needs no access key; the hint says what to run",
		func(d difference) bool {
			var e *config.NotOursError
			return errors.As(d.ours.err, &e) && d.files.profiles[e.Profile].raw[e.Origin.Key] != nil
		}},
	{"useless source", "awsbroker", []string{refused},
		"botocore does not look at a source_profile without a role_arn, nor behind a source with a key of its own: awsbroker takes the key's name from it",
		func(d difference) bool {
			var unknown *config.UnknownProfileError
			if errors.As(d.ours.err, &unknown) {
				return unknown.From != nil && d.botocoreHas(*unknown.From) && d.files.profiles[unknown.Name] == nil
			}
			var cycle *config.CycleError
			return errors.As(d.ours.err, &cycle) && d.botocoreHas(cycle.Origin)
		}},

	// Profiles that awsbroker accepts and botocore does not.
	{"key in the keychain", "awsbroker", []string{accepted},
		"a role needs no source_profile here, and its own source no key in the file: the key is in the keychain",
		func(d difference) bool {
			return d.botocores == "no source" || d.botocores == "own source"
		}},

	// Values.
	{"awsbroker_ prefix: source", "awsbroker", []string{accepted},
		"the plain source_profile cannot be used, the prefixed one can: the prefix hides a setting from AWS's tools and wins here",
		func(d difference) bool {
			for _, p := range d.files.profiles {
				if p.raw["awsbroker_source_profile"] != nil {
					return true
				}
			}
			return false
		}},
	{"empty settings", "awsbroker", []string{accepted},
		"a setting without a value is not set, as in Go; botocore uses it and fails",
		func(d difference) bool {
			return strings.HasPrefix(d.botocores, "The source_profile \"\" referenced")
		}},
	{"awsbroker_ prefix", "awsbroker", []string{value},
		"the prefix hides a setting from AWS's tools and wins here: design.md 2",
		func(d difference) bool {
			o := d.ours.origins[d.setting]
			return strings.HasPrefix(o.Key, "awsbroker_") && d.botocoreHas(o) && (d.its == o.Value || d.setting == "duration_seconds")
		}},
	{"endpoints switched off", "awsbroker", []string{value},
		"ignore_configured_endpoint_urls empties them at once; botocore and Go do it where they are used",
		func(d difference) bool {
			off := d.boto.raw["ignore_configured_endpoint_urls"]
			return off != nil && strings.EqualFold(*off, "true") && strings.HasSuffix(d.setting, "endpoint_url") && d.its == ""
		}},
	{"durations with a unit", "awsbroker", []string{value},
		"1h is 3600: an awsbroker habit, which botocore ignores without a word",
		func(d difference) bool {
			raw := d.boto.raw["duration_seconds"]
			return d.setting == "duration_seconds" && raw != nil && regexp.MustCompile(`^[0-9]+[hms]`).MatchString(*raw) && d.botocores == ""
		}},

	// Which profiles there are.
	{"not quite [profile x]", "awsbroker", []string{exists},
		"botocore takes any first word that begins with profile, like [profiles x]; no other tool does, and nobody can mean it",
		func(d difference) bool {
			return d.ours == nil && regexp.MustCompile(`(?m)^\s*\[profile([^\s\]]|\][^\n]*\])`).MatchString(d.pair.config)
		}},
	{"profile without a name", "awsbroker", []string{exists},
		"[profile \"\"] cannot be asked for",
		func(d difference) bool { return d.profile == "" && d.ours == nil }},

	// What Go does by itself. awsbroker is with botocore in all of these.
	{"Go: other sections", "Go", []string{exists},
		"Go finds [services x], [sso-session x] and [Default] under these names, but nobody asks",
		func(d difference) bool {
			return agree(d) && (strings.HasPrefix(d.profile, "services ") || strings.HasPrefix(d.profile, "sso-session ") || d.profile == "Default")
		}},
	{"Go: names of profiles", "Go", []string{exists},
		"Go keeps quotes and backslashes in a name, takes two words for a name, trims space inside brackets, and cuts at # and ;",
		func(d difference) bool { return agree(d) && strings.ContainsAny(d.spellings(), "\"'\\ \t#;") }},
	{"Go: [profile x] in the credentials file", "Go", []string{exists},
		"Go drops it, for botocore it is a profile \"profile x\"",
		func(d difference) bool { return agree(d) && regexp.MustCompile(`^\s*profile\s`).MatchString(d.profile) }},
	{"Go: as awsbroker", "Go", []string{exists},
		"[profiles x] and [profile \"\"] are no profiles",
		func(d difference) bool { return d.ours == nil && d.gos == nil }},
	{"Go: odd headers", "Go", []string{exists, value},
		"text behind the brackets, or an indented header below a setting: Go reads the first as no header and the second as one",
		func(d difference) bool {
			return agree(d) && oddHeader.MatchString(d.pair.config+"\n"+d.pair.credentials)
		}},
	{"Go: source without a key", "Go", []string{refused},
		"Go wants the key in the file; ours are in a keychain",
		func(d difference) bool { return strings.HasPrefix(d.its, "failed to load assume role ") }},
	{"Go: a quote alone", "Go", []string{refused},
		"Go panics on a value that is one quotation mark: awsbroker never writes one",
		func(d difference) bool {
			return strings.HasPrefix(d.its, "panic: ") && regexp.MustCompile(`(?m)[=:][ \t]*["']\s*$|[=:][ \t]*["'][ \t]+[#;]`).MatchString(d.pair.config+"\n"+d.pair.credentials)
		}},
	{"Go: half a key", "Go", []string{refused},
		"Go refuses a key without its secret; awsbroker reads neither",
		func(d difference) bool { return strings.Contains(d.its, "partial credentials found") }},
	{"Go: source without a role", "Go", []string{refused},
		"botocore does not mind; for awsbroker it names the key",
		func(d difference) bool { return strings.Contains(d.its, "requires role_arn") }},
	{"Go: two ways at once", "Go", []string{refused},
		"credential_process beside source_profile: awsbroker reads it and doctor reports it (contract.md R14)",
		func(d difference) bool { return strings.Contains(d.its, "only one credential type may be specified") }},
	{"Go: quotes", "Go", []string{value},
		"Go drops quotes around a value. awsbroker keeps them, as botocore does, and never writes such a value (R13)",
		func(d difference) bool { return agree(d) && d.its == unquoted(d.botocores) }},
	{"Go: comments", "Go", []string{value},
		"Go cuts \" #\" and \" ;\" off. awsbroker keeps them, as botocore does; what is left is rarely a legal value",
		func(d difference) bool { return agree(d) && d.its == unquoted(withoutComment(d.botocores)) }},
	{"Go: numbers", "Go", []string{value},
		"01000 is octal for Go",
		func(d difference) bool {
			n, err := strconv.ParseInt(text(d.boto.raw["duration_seconds"]), 0, 64)
			return agree(d) && d.setting == "duration_seconds" && (err != nil && d.its == "" || d.its == strconv.FormatInt(n, 10))
		}},
	{"Go: endpoints in the credentials file", "Go", []string{value},
		"Go does not merge endpoint_url and services from there into a profile that is in both files",
		func(d difference) bool {
			return agree(d) && strings.HasSuffix(d.setting, "endpoint_url") && strings.Contains(d.pair.config, d.profile+"]") &&
				strings.Contains(d.pair.credentials, "["+d.profile+"]")
		}},
	{"Go: indented lines", "Go", []string{value},
		"Go takes every indented line below an empty setting for its block, and every other indented line for a setting; botocore counts the depth",
		func(d difference) bool {
			return agree(d) && regexp.MustCompile(`(?mi)^[ \t]+`+regexp.QuoteMeta(d.setting)+`\s*=`).MatchString(d.pair.config+"\n"+d.pair.credentials)
		}},
	{"Go: odd letters", "Go", []string{value},
		"Go lower-cases İ to i and leaves control characters in a name; Python does neither",
		func(d difference) bool { return agree(d) && strings.ContainsAny(d.pair.config, "İ\x1c\x1d\x1e\x1f") }},
}

// agree holds the rules about Go to their other half: awsbroker reads the
// point as botocore does.
func agree(d difference) bool {
	if d.what == exists {
		return (d.ours == nil) == (d.boto == nil)
	}
	if d.ours != nil && strings.HasPrefix(d.ours.origins[d.setting].Key, "awsbroker_") {
		return true // the plain setting was not looked at
	}
	return d.ours != nil && d.ours.values[d.setting] == d.botocores
}

// botocoreHas reports whether botocore read the value of an origin too, in
// this profile or in one that it builds on.
func (d difference) botocoreHas(o config.Origin) bool {
	for _, p := range d.files.profiles {
		if v := p.raw[o.Key]; v != nil && *v == o.Value {
			return true
		}
	}
	return o.Key == "endpoint_url" && strings.HasPrefix(o.Section, "services ")
}

// line is the one that a parse error names.
func (d difference) line(e *config.ParseError) string {
	return d.pair.line(config.Origin{File: e.Path, Line: e.Line})
}

// oddHeader has text behind the brackets, or space before them.
var oddHeader = regexp.MustCompile(`(?m)^[ \t]*\[[^\]\n]*\]+[ \t]*[^\s#;]|^[ \t]+\[`)

// spellings are the names in all headers that could be the profile's, as they
// are written.
func (d difference) spellings() string {
	var found []string
	bare := strings.NewReplacer(`"`, "", "'", "", `\`, "", " ", "", "\t", "")
	for _, line := range strings.Split(d.pair.config, "\n") {
		line = strings.TrimSpace(line)
		end := strings.LastIndexByte(line, ']')
		if !strings.HasPrefix(line, "[") || end < 0 {
			continue
		}
		inner := line[1:end]
		if rest, ok := strings.CutPrefix(inner, "profile"); ok {
			inner = strings.TrimLeft(rest, " \t")
		}
		name := strings.TrimPrefix(bare.Replace(inner), "profile")
		if strings.HasPrefix(name, bare.Replace(d.profile)) || d.profile == "default" && strings.HasPrefix(name, "default") {
			found = append(found, inner)
		}
	}
	return strings.Join(found, "\n")
}

func colonFirst(line string) bool {
	i := strings.IndexAny(line, "=:")
	return i >= 0 && line[i] == ':'
}

// unquoted and withoutComment are what the Go SDK does to a value
// (config/internal/ini/strings.go).
func unquoted(v string) string {
	for _, q := range []string{`"`, "'"} {
		if strings.HasPrefix(v, q) && strings.HasSuffix(v, q) && len(v) > 1 {
			return v[1 : len(v)-1]
		}
	}
	return v
}

func withoutComment(v string) string {
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		v, _, _ = strings.Cut(v, mark)
	}
	return strings.TrimSpace(v)
}

func text(v *string) string {
	if v == nil {
		return ""
	}
	return *v
}
