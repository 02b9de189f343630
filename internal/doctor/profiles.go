package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

var (
	profileUnusable = findingKind("profile-unusable", Serious,
		"awsbroker refuses what AWS's tools would refuse, or read in different ways")
	securityKey = findingKind("security-key", Serious,
		"command-line tools can give AWS only six-digit codes; a virtual MFA device can stand beside the security key")
	keyMissing = findingKind("key-missing", Serious,
		"without its key the profile gets no session")
	noProfile = findingKind("no-profile", Note,
		"AWS's tools use a key of the keychain through a profile that names awsbroker")
	profileName = findingKind("profile-name", Warning,
		"not every AWS tool reads a profile's name with other characters than letters, digits and _./%@-")
	defaultProfile = findingKind("default-profile", Warning,
		"every program that uses AWS without a profile name can ask for a code at any time")
	noRegion = findingKind("no-region", Note,
		"most AWS tools need a region, and fail if neither the profile nor the environment has one")
	longSession = findingKind("long-session", Warning,
		"AWS makes role sessions of one hour at most out of an MFA session, so longer ones take a code of their own each time")
	codesWithoutPerson = findingKind("codes-without-person", Warning,
		"an agent that awsbroker does not recognize, for example one that clears its environment, needs nobody for a session")
	renewedTooEarly = findingKind("renewed-too-early", Warning,
		"a session is served for half of its life instead, or every call would ask for a code")
)

// lookAtProfiles looks at each profile of ours.
func (d *doctor) lookAtProfiles() (string, error) {
	if d.cfg == nil {
		return "", errors.New("the files cannot be read")
	}
	if !d.known {
		return "", errors.New("the record of the keys cannot be read")
	}
	names := d.cfg.Ours()
	for _, name := range names {
		t, err := d.broker.TargetIn(d.cfg, name)
		if err != nil {
			d.unusable(name, err)
			continue
		}
		d.targets = append(d.targets, t)
		d.lookAtProfile(t)
	}
	if len(names) == 0 && d.files && len(d.record.Keys) > 0 {
		d.found(noProfile, Finding{Title: "no profile uses awsbroker", Mend: "awsbroker setup admin"})
	}
	return fmt.Sprintf("%s, %d of awsbroker's", say.Count(len(d.cfg.Names()), "profile", "profiles"), len(names)), nil
}

func (d *doctor) unusable(name string, err error) {
	f := placeOf(err)
	f.Mend = say.EditFile(d.broker.Paths.Config, 0)
	if f.Line > 0 {
		f.Mend = say.EditFile(f.File, f.Line)
	}
	var failure *failure.Error
	if errors.As(err, &failure) && len(failure.Hints) > 0 {
		f.Advice, f.Mend = failure.Hints[0], ""
	}
	var security *config.SecurityKeyError
	if errors.As(err, &security) {
		f.Title = "profile " + name + " names a security key or passkey as its MFA device"
		f.Mend = "awsbroker mfa enroll"
		d.found(securityKey, f)
		return
	}
	f.Title = "profile " + name + ": " + f.Title
	d.found(profileUnusable, f)
}

func (d *doctor) lookAtProfile(t *target.Target) {
	p := t.Profile
	for _, problem := range p.Problems {
		d.problem(p, problem)
	}
	d.conflicts(p)
	d.lookAtKeyOf(t)
	process, _ := p.Origin("credential_process")
	if process.File != "" && !config.ValidProfileName(p.Name) {
		d.found(profileName, Finding{
			Title: fmt.Sprintf("profile %q has a name that not every tool reads", p.Name),
			Mend:  say.EditFile(process.File, process.Line),
		}.at(process))
	}
	if process.File != "" && p.Name == "default" {
		d.found(defaultProfile, Finding{
			Title:  "awsbroker serves the default profile",
			Advice: "give it a name, [profile admin] with --profile admin in its line, and name it where you want it",
			Mend:   say.SetVariable("AWS_PROFILE", "admin"),
		}.at(process))
	}
	if process.File != "" && p.Region == "" && cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")) == "" {
		d.found(noRegion, d.settingRegion(p).at(process))
	}
	d.lookAtLives(t)
	d.lookAtCodes(p)
}

// lookAtCodes finds codes that nobody types where a person wrote that agents are to be
// held back. By default agents are asked about, too; of that nothing is said, or every
// profile with a seed would be found.
func (d *doctor) lookAtCodes(p *config.Profile) {
	rule, _ := p.Origin("awsbroker_agents")
	for _, setting := range []string{"awsbroker_mfa_process", "awsbroker_mfa_seed"} {
		if _, ok := p.Origin(setting); ok && p.Agents != "" && p.Agents != agents.Allow && !p.Confirm {
			d.found(codesWithoutPerson, Finding{
				Title:  fmt.Sprintf("profile %s holds agents back (%s), and gets its codes without you (%s)", p.Name, p.Agents, setting),
				Advice: "have awsbroker ask you before it gives out a session",
				Mend:   "awsbroker set " + say.ShellWord(p.Name) + " confirm true",
			}.at(rule))
			return
		}
	}
}

// settingRegion is the finding about a profile without a region. It is mended with the
// region of profiles like it; else setup asks for one.
func (d *doctor) settingRegion(p *config.Profile) Finding {
	f := Finding{
		Title: "profile " + p.Name + " has no region",
		Mend:  "awsbroker setup " + failure.SetupWord(p.Name) + " --offline",
	}
	if region := d.cfg.ProposeRegion(p); region != "" {
		f.Mend += " --region " + say.ShellWord(region)
		f.fix = mendFiles(d.broker, setProfile(d.broker, p.Name, []config.Setting{{Key: "region", Value: region}}))
	}
	return f
}

func (d *doctor) lookAtKeyOf(t *target.Target) {
	p := t.Profile
	_, listed := d.record.Keys[p.KeyName]
	if listed || !d.known || d.broker.Keystore != "" && d.broker.Keystore != d.record.Keystore {
		return
	}
	f := Finding{
		Title: fmt.Sprintf("profile %s needs the key %q, which is not in the keychain", p.Name, p.KeyName),
		Mend:  "awsbroker add " + say.ShellWord(p.KeyName),
	}
	if o, ok := p.Origin("awsbroker_key"); ok {
		f = f.at(o)
	} else if o, ok := p.Origin("role_arn"); ok {
		f = f.at(o)
	}
	d.found(keyMissing, f)
}

// lookAtLives compares how long sessions last with how long they are to last.
func (d *doctor) lookAtLives(t *target.Target) {
	p := t.Profile
	if duration, ok := p.Origin("duration_seconds"); ok && p.MFASession > 0 && t.NeedsOwnCode() {
		d.found(longSession, Finding{
			Title:  fmt.Sprintf("profile %s has an MFA session, but sessions of its role last %s", p.Name, say.Duration(p.Duration)),
			Advice: "remove " + duration.Key + ", and they are renewed every hour without a code",
			Mend:   "awsbroker doctor --fix",
			fix:    mendFiles(d.broker, setProfile(d.broker, p.Name, nil, duration.Key)),
		}.at(duration))
	}
	ttl, ok := p.Origin("awsbroker_min_ttl")
	if life := lifeOf(p); ok && t.TakesCode() && p.MinTTL >= life {
		f := Finding{
			Title:  fmt.Sprintf("profile %s renews sessions with less than %s left, and they last %s", p.Name, say.Duration(p.MinTTL), say.Duration(life)),
			Advice: "remove awsbroker_min_ttl, or make it shorter",
			Mend:   "awsbroker doctor --fix",
		}.at(ttl)
		if strings.HasSuffix(ttl.Section, p.Name) {
			f.fix = mendFiles(d.broker, setProfile(d.broker, p.Name, nil, "awsbroker_min_ttl"))
		}
		d.found(renewedTooEarly, f)
	}
}

// lifeOf the sessions that a code is asked for.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func lifeOf(p *config.Profile) time.Duration {
	switch {
	case p.Duration > 0:
		return p.Duration
	case p.RoleARN != "":
		return time.Hour
	}
	return 12 * time.Hour
}

// inConfig reports whether a setting is in the config file, and not in the
// credentials file.
func (d *doctor) inConfig(o config.Origin) bool { return o.File == d.broker.Paths.Config }

// conflicts are the settings of a profile that AWS's tools trip over beside a
// credential_process (contract.md R14): those of the role get our prefix, what
// another way of signing in left goes. Keys in clear are found elsewhere.
func (d *doctor) conflicts(p *config.Profile) {
	var keys, inCredentials []string
	var set []config.Setting
	var first config.Origin
	for _, problem := range p.Problems {
		key := problem.Origin.Key
		if problem.Kind != config.BesideProcess || slices.Contains(config.ClearKeyLines, key) {
			continue
		}
		if keys == nil {
			first = problem.Origin
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
		if !d.inConfig(problem.Origin) {
			inCredentials = append(inCredentials, key)
		}
		// One that has our prefix too is that one already.
		if o, ok := p.Origin(key); ok && o.Key == key && o.Value != "" && slices.Contains(prefixable, key) {
			set = append(set, config.Setting{Key: "awsbroker_" + key, Value: o.Value})
		}
	}
	if keys == nil {
		return
	}
	d.found(besideProcess, Finding{
		Title: fmt.Sprintf("profile %s has %s beside its credential_process", p.Name, strings.Join(keys, ", ")),
		Mend:  "awsbroker doctor --fix",
		fix:   mendFiles(d.broker, setProfile(d.broker, p.Name, set, keys...), withoutKeys(d.broker, p.Name, inCredentials...)),
	}.at(first))
}
