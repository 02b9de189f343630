package configdiff

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// difference is one point at which a reader does not do as botocore does.
type difference struct {
	pair    *pair
	who     string // "awsbroker" or "Go"
	what    string // fileRefused, exists, refused, accepted, value
	profile string
	setting string // of a value

	its, botocores  string // values, or reasons
	ours, boto, gos *profile
	files           reading // botocore's
	oursAsFile      reading
}

const (
	fileRefused = "refuses the file" // and the other does not
	exists      = "exists"           // for one of the two only
	refused     = "refuses the profile"
	accepted    = "accepts the profile"
	value       = "value"
)

func (d difference) String() string {
	return fmt.Sprintf("%s: profile %q: %s %s %s: %q, botocore: %q\n--- config\n%s--- credentials\n%s---",
		d.pair.name, d.profile, d.who, d.what, d.setting, d.its, d.botocores, d.pair.config, d.pair.credentials)
}

// compare lists the differences of the three readings.
func compare(p *pair, mine, boto reading) []difference {
	if boto.refused != "" && mine.refused != "" {
		return nil
	}
	if boto.refused != mine.refused {
		return []difference{{pair: p, who: "awsbroker", what: fileRefused, its: mine.refused, botocores: boto.refused, oursAsFile: mine}}
	}
	names := candidates(p, mine, boto)
	gos := goSDK(p, names)
	var found []difference
	for _, name := range names {
		o, b, g := mine.profiles[name], boto.profiles[name], gos.profiles[name]
		base := difference{pair: p, profile: name, ours: o, boto: b, gos: g, files: boto}
		add := func(who, what, setting, its, botocores string) {
			d := base
			d.who, d.what, d.setting, d.its, d.botocores = who, what, setting, its, botocores
			found = append(found, d)
		}
		if (o == nil) != (b == nil) {
			add("awsbroker", exists, "", is(o), is(b))
		}
		panicked := g != nil && strings.HasPrefix(g.refused, "panic: ") // whatever the name
		if (g == nil) != (b == nil) && !panicked {
			add("Go", exists, "", is(g), is(b))
		}
		if b == nil {
			continue
		}
		if o != nil && (o.refused == "") != (b.refused == "") {
			if o.refused != "" {
				add("awsbroker", refused, "", o.refused, "")
			} else {
				add("awsbroker", accepted, "", "", b.refused)
			}
		}
		if g != nil && g.refused != "" && b.refused == "" && (o == nil || o.refused == "") {
			add("Go", refused, "", g.refused, "")
		}
		for _, s := range settings {
			if s == "sts.endpoint_url" && b.noSTS {
				continue
			}
			if o != nil && o.refused == "" && o.values[s] != b.values[s] {
				add("awsbroker", value, s, o.values[s], b.values[s])
			}
			// Where awsbroker refuses the profile, nobody is misled.
			if g != nil && g.refused == "" && (o == nil || o.refused == "") && g.values[s] != b.values[s] {
				add("Go", value, s, g.values[s], b.values[s])
			}
		}
	}
	return found
}

func is(p *profile) string {
	if p == nil {
		return "not there"
	}
	return "there"
}

// candidates are all names that any reader could take for a profile's. Go
// cannot be asked for a list.
func candidates(p *pair, readings ...reading) []string {
	names := map[string]bool{"default": true}
	for _, r := range readings {
		for name := range r.profiles {
			names[name] = true
		}
	}
	for _, line := range strings.Split(p.config+"\n"+p.credentials, "\n") {
		line = strings.TrimSpace(line)
		end := strings.LastIndexByte(line, ']')
		if !strings.HasPrefix(line, "[") || end < 0 {
			continue
		}
		beforeComment, _, _ := strings.Cut(strings.ReplaceAll(line[1:], ";", "#"), "#")
		for _, inner := range []string{line[1:end], strings.TrimSuffix(strings.TrimSpace(beforeComment), "]")} {
			inner = strings.TrimSpace(inner)
			names[inner] = true
			if rest, ok := strings.CutPrefix(inner, "profile"); ok {
				names[strings.TrimLeft(rest, " \t")] = true
			}
		}
	}
	if !slices.ContainsFunc(readings, func(r reading) bool { return r.profiles[""] != nil }) {
		delete(names, "")
	}
	var list []string
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// explain returns the names of the rules that the differences need, and
// reports those that none explains.
func explain(t testing.TB, version string, found []difference) []string {
	t.Helper()
	var used []string
	for _, d := range found {
		i := slices.IndexFunc(rules, func(r rule) bool {
			return r.who == d.who && slices.Contains(r.what, d.what) && r.explains(d)
		})
		if i < 0 {
			t.Errorf("no rule explains this (botocore %s)\n%s", version, d)
			continue
		}
		if !slices.Contains(used, rules[i].name) {
			used = append(used, rules[i].name)
		}
	}
	slices.Sort(used)
	return used
}
