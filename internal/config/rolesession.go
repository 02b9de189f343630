package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/pattern"
)

// RoleSession is what a profile wants of the session of its role beside its
// name, its length and its external id. It is never inherited: a source's is
// the source's session.
type RoleSession struct {
	SourceIdentity string
	Tags           []Tag    // session_tags, in the order they are written
	TransitiveTags []string // keys of Tags that a chain carries on
	Policy         string   // JSON without white space, or empty
	PolicyFile     string   // where Policy was read from, if not from the config file
	PolicyARNs     []string // of managed policies
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// The limits of AssumeRole
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
const (
	maxTags       = 50
	maxTagKey     = 128
	maxTagValue   = 256
	maxPolicy     = 2048
	maxPolicyARNs = 10
	maxPolicyARN  = 2048 // characters
)

var (
	tagPattern       = pattern.Of(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	policyPattern    = pattern.Of(`^[\x20-\x{ff}]+$`)
	policyARNPattern = pattern.Of(`^arn:(` + partitionPattern + `):iam::(aws|[0-9]{12}):policy/[\x21-\x7e]+$`)
)

// readRoleSession reads the settings that describe the session of the role.
func (r *resolver) readRoleSession() {
	s := &r.profile.RoleSession
	s.SourceIdentity = r.readText("source_identity", checkSessionName)
	tags := r.readText("session_tags", checkTags)
	s.Tags, _ = parseTags(tags)
	if keys := r.readText("transitive_session_tags", checkText); keys != "" {
		s.TransitiveTags = commaSeparated(keys)
	}
	if arns := r.readText("session_policy_arns", checkPolicyARNs); arns != "" {
		s.PolicyARNs = commaSeparated(arns)
	}
	r.readSessionPolicy()
	r.profile.Limited = s.Policy != "" || len(s.PolicyARNs) > 0
	r.refuseWithoutRole()
	r.checkTransitiveTags()
	r.checkPolicyAccounts()
}

// refuseWithoutRole refuses settings of a role's session in a profile without a role,
// where they have no effect: a person who limits a session with a policy must not get
// an unlimited one.
func (r *resolver) refuseWithoutRole() {
	if r.profile.RoleARN != "" {
		return
	}
	for _, setting := range []string{"session_policy", "session_policy_arns", "session_tags", "transitive_session_tags", "source_identity"} {
		if o, ok := r.profile.Origin(setting); ok {
			r.fail(&RoleSessionError{Origin: o, Problem: "needs a role, and the profile has no role_arn"})
		}
	}
}

// checkTransitiveTags checks that transitive tags are set, and that no tag and no
// source identity changes what the chain of sources has fixed.
func (r *resolver) checkTransitiveTags() {
	p := r.profile
	for _, key := range p.TransitiveTags {
		if !slices.ContainsFunc(p.Tags, func(t Tag) bool { return strings.EqualFold(t.Key, key) }) {
			o, _ := p.Origin("transitive_session_tags")
			r.fail(&RoleSessionError{Origin: o, Problem: fmt.Sprintf("names the tag %q, which session_tags does not set", printable(key))})
		}
	}
	for source := p.Source; source != nil && p.RoleARN != ""; source = source.Source {
		for _, key := range source.TransitiveTags {
			i := slices.IndexFunc(p.Tags, func(t Tag) bool { return strings.EqualFold(t.Key, key) })
			if i < 0 {
				continue
			}
			o, _ := p.Origin("session_tags")
			r.fail(&RoleSessionError{Origin: o, Problem: fmt.Sprintf(
				"sets the tag %q, which is transitive in profile %q: AWS passes it on and does not allow another value", printable(p.Tags[i].Key), source.Name)})
		}
		if source.SourceIdentity != "" && p.SourceIdentity != "" && source.SourceIdentity != p.SourceIdentity {
			o, _ := p.Origin("source_identity")
			r.fail(&RoleSessionError{Origin: o, Problem: fmt.Sprintf(
				"differs from that of profile %q: AWS passes that one on and does not allow another", source.Name)})
		}
	}
}

// checkPolicyAccounts refuses a managed policy that is neither of the role's account
// nor AWS's own.
func (r *resolver) checkPolicyAccounts() {
	if problem := r.profile.strangePolicy(r.profile.PolicyARNs); problem != "" {
		o, _ := r.profile.Origin("session_policy_arns")
		r.fail(&RoleSessionError{Origin: o, Problem: problem})
	}
}

// readSessionPolicy reads a policy: one line of JSON, or file:// and a path, as in the
// AWS CLI. The path has to be absolute, because a relative one would mean another file
// in each directory.
func (r *resolver) readSessionPolicy() {
	origin, ok := r.findSetting("session_policy")
	if !ok || r.err != nil {
		return
	}
	text := origin.Value
	if path, is := strings.CutPrefix(text, "file://"); is {
		path = expandHome(path)
		if !filepath.IsAbs(path) || checkText(path) != "" {
			r.fail(&RoleSessionError{Origin: origin, Problem: "must be JSON, or file:// and an absolute path, like file:///home/phoebe/policy.json or file://~/policy.json"})
			return
		}
		var err error
		if text, err = readSmall(path); err != nil {
			r.fail(&RoleSessionError{Origin: origin, Problem: "names a file that cannot be read: " + err.Error()})
			return
		}
		r.profile.PolicyFile = path
	}
	policy, problem := compactPolicy(text)
	if problem != "" {
		r.fail(&RoleSessionError{Origin: origin, Problem: problem})
		return
	}
	r.profile.Policy = policy
	r.noteOrigin(origin)
}

// compactPolicy returns the policy without white space, of which AWS would count each
// character, or the problem with it.
func compactPolicy(text string) (policy, problem string) {
	var out bytes.Buffer
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return "", "is not a JSON object: " + err.Error()
	}
	if err := json.Compact(&out, []byte(text)); err != nil {
		return "", "is not JSON: " + err.Error()
	}
	policy = out.String()
	switch n := utf8.RuneCountInString(policy); {
	case n > maxPolicy:
		return "", fmt.Sprintf("is a policy of %d characters, not counting white space, and AWS allows %d", n, maxPolicy)
	case !policyPattern().MatchString(policy):
		return "", "has a character that AWS does not allow in a policy (beyond U+00FF)"
	}
	return policy, ""
}

// readSmall reads a regular file of at most 64 KiB, which is plenty for a policy with
// its white space. A pipe is refused, since opening it could wait for ever.
func readSmall(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	const most = 64 << 10
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(data) > most {
		err = errors.New("it is too long")
	}
	return string(data), err
}

// checkTags accepts what [parseTags] understands.
func checkTags(value string) string {
	if want := checkText(value); want != "" {
		return want
	}
	_, want := parseTags(value)
	return want
}

// parseTags reads Key=Value,Key2=Value2. AWS allows no comma in a tag, so commas need
// no quotes; a key ends at the first "=".
func parseTags(value string) (tags []Tag, want string) {
	if value == "" {
		return nil, ""
	}
	for _, part := range strings.Split(value, ",") {
		key, val, ok := strings.Cut(part, "=")
		t := Tag{trim(key), trim(val)}
		if !ok || t.Key == "" {
			return nil, "like Project=apollo,Team=ops"
		}
		if want := checkTag(t); want != "" {
			return nil, want
		}
		if slices.ContainsFunc(tags, func(other Tag) bool { return strings.EqualFold(other.Key, t.Key) }) {
			return nil, fmt.Sprintf("tags with different keys (%q is there twice; AWS ignores upper and lower case in keys)", printable(t.Key))
		}
		tags = append(tags, t)
	}
	if len(tags) > maxTags {
		return nil, fmt.Sprintf("at most %d tags (there are %d)", maxTags, len(tags))
	}
	return tags, ""
}

func checkTag(t Tag) string {
	name := printable(t.Key)
	switch {
	case utf8.RuneCountInString(t.Key) > maxTagKey:
		return fmt.Sprintf("tags whose keys have at most %d characters", maxTagKey)
	case utf8.RuneCountInString(t.Value) > maxTagValue:
		return fmt.Sprintf("tags whose values have at most %d characters (%s has more)", maxTagValue, name)
	case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
		return `tags whose keys do not begin with "aws:", which AWS reserves`
	case !tagPattern().MatchString(t.Key), !tagPattern().MatchString(t.Value):
		return fmt.Sprintf("tags of letters, digits, spaces and _.:/=+-@ (%s has another character)", name)
	}
	return ""
}

func checkPolicyARNs(value string) string {
	arns := commaSeparated(value)
	for _, arn := range arns {
		if len(arn) > maxPolicyARN || !policyARNPattern().MatchString(arn) {
			return "ARNs of managed policies, like arn:aws:iam::aws:policy/ReadOnlyAccess, with commas between them"
		}
	}
	if len(arns) > maxPolicyARNs {
		return fmt.Sprintf("at most %d ARNs (there are %d)", maxPolicyARNs, len(arns))
	}
	return ""
}

func commaSeparated(value string) []string {
	parts := strings.Split(value, ",")
	for i := range parts {
		parts[i] = trim(parts[i])
	}
	return parts
}
