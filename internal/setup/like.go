package setup

import (
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// placeSettings are AWS's settings that say where a profile's services are, beside the region.
var placeSettings = []string{"ca_bundle", "use_fips_endpoint", "use_dualstack_endpoint", "endpoint_url", "services", "ignore_configured_endpoint_urls"}

// unlike are settings that a profile has for itself: who may use it, and how it looks.
// The key is chosen as ever.
var unlike = []string{"key", "agents", "color"}

// readLike begins the profile as the one of --like is: with its role, device, key and
// places, under the names that setup writes.
func (f *filling) readLike() error {
	if f.Like == f.Profile {
		return failure.New(failure.Usage, "--like %s names the profile itself", f.Like).
			Hint("name another profile; to list them: awsbroker list")
	}
	like, err := f.cfg.Resolve(f.Like)
	if err != nil {
		return failure.OfConfig(err)
	}
	if f.KeyName == "" && !like.Chained() {
		f.KeyName = like.KeyName
	}
	flags, plain := like.HelperNarrowing()
	if flags != "" && (!plain || !f.Narrow.IsZero() && flags != " "+strings.Join(f.Narrow.Flags(), " ")) {
		o, _ := like.Origin("credential_process")
		return failure.New(failure.Usage, "the credential_process of profile %s limits its sessions (%s), and AWS would add another session policy to that one", f.Like, strings.TrimSpace(flags)).
			Hint("use another profile of the role, or change %s", o.String())
	}
	if !f.Narrow.IsZero() {
		flags = ""
	}
	begin := Options{Profile: f.Profile, KeyName: f.KeyName, Region: like.Region, Program: f.Program, narrows: flags, chained: f.KeyName == "", kept: likeSettings(like)}
	if f.edit, err = f.edit.SetProfile(f.Profile, begin.Settings(), nil); err != nil {
		return failure.OfConfig(err)
	}
	return f.parse()
}

// likeSettings returns the settings of a profile that another one like it gets: those in
// [default] count for both.
func likeSettings(like *config.Profile) (set []config.Setting) {
	known := append(SettingNames(), placeSettings...)
	for _, o := range like.Origins {
		name := strings.TrimPrefix(o.Key, prefix)
		if o.Value == "" || slices.Contains(unlike, name) || like.IsShared(o.Key) ||
			!slices.Contains(known, name) && !(name == "source_profile" && like.Chained()) {
			continue
		}
		if slices.Contains(BesideHelper, o.Key) {
			o.Key = prefix + o.Key
		}
		set = append(set, config.Setting{Key: o.Key, Value: o.Value})
	}
	return set
}

// limit gives the role's session the policies of --read-only, --session-policy and
// --session-policy-arn, as settings of the profile.
func (f *filling) limit() error {
	if f.Narrow.IsZero() {
		return nil
	}
	p := f.is
	p.Name, p.RoleARN, p.Partition = f.Profile, f.RoleARN, awsapi.PartitionOf(f.RoleARN)
	if f.NoRole || p.RoleARN == "" {
		named := f.Options
		named.NoRole = false
		return failure.New(failure.Usage, "only the session of a role can be limited, and profile %s has no role", f.Profile).
			Hint("name a role: %s --role ROLE", named.command())
	}
	if err := p.Narrow(f.Narrow); err != nil {
		return failure.OfConfig(err)
	}
	for _, s := range []config.Setting{
		{Key: prefix + "session_policy", Value: p.Policy},
		{Key: prefix + "session_policy_arns", Value: strings.Join(p.PolicyARNs, ",")},
	} {
		f.kept = slices.DeleteFunc(f.kept, func(have config.Setting) bool { return have.Key == s.Key })
		if s.Value != "" {
			f.kept = append(f.kept, s)
		} else {
			f.remove = append(slices.Clip(f.remove), s.Key)
		}
	}
	if _, own := f.cfg.Value(f.Profile, prefix+"agents"); !own && f.Like != "" && f.Narrow.ReadOnly {
		f.Agents = agents.Allow // whatever [default] says: that is what the profile is for
		f.nameSession()
	}
	return nil
}

// nameSession has CloudTrail tell the profile's sessions from the person's own, by the names
// of the user and the profile (phoebe+claude), where no setting names them.
func (f *filling) nameSession() {
	const key = prefix + "role_session_name"
	user := sts.Identity{ARN: f.key.ARN}.UserName()
	if user == "" || slices.ContainsFunc(f.kept, func(s config.Setting) bool { return s.Key == key }) || f.is.RoleSessionName != "" {
		return
	}
	name := user + "+" + strings.NewReplacer("/", "-", "%", "-").Replace(f.Profile) // what AWS does not take there
	f.kept = append(f.kept, config.Setting{Key: key, Value: name[:min(len(name), 64)]})
}
