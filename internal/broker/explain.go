package broker

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Explanation is what a profile comes to, and why.
type Explanation struct {
	Profile   string
	Steps     []string // what is asked of AWS, in order, in words
	RoleARN   string   // empty: a session of the user itself
	MFASerial string

	Key          string
	AccessKeyID  string // empty: the record does not know the key
	KeyARN       string // whose key it is; empty: not known
	Keystore     keystore.Kind
	KeystoreFrom string // who says so

	Region   string
	Endpoint string     // empty: AWS's own
	Codes    CodeSource // where a code would come from; zero: none is needed
	LogFile  string     // empty: its sessions are not noted

	SharedWith []string  // other profiles that get the very same session
	Expiration time.Time // of the session that is there; zero: none
	MFAEnds    time.Time // of the MFA session that it is renewed with; zero: none
	Next       NextCall

	Settings []config.Origin  // all that count, in files, flags and the environment
	Problems []config.Problem // what other tools trip over, and settings that nothing knows
}

// CodeSource is who gives MFA codes.
type CodeSource struct {
	Ways    []prompt.Way // that may be used, in order
	Setting string       // that brings codes along, where that comes first
	Way     prompt.Way   // of asking a person, the first that works here; empty: none does
}

// countedVariables are the environment variables that change which session a profile
// gets, or how.
var countedVariables = []string{
	"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_CA_BUNDLE",
	"AWSBROKER_KEYSTORE", "AWSBROKER_PROMPT", "AWSBROKER_LOG",
}

// Explain works out what the next call of a profile would do, and does none of
// it: no key in a keychain is opened, and nothing is asked of AWS or of a person.
func (b *Broker) Explain(ctx context.Context, profile string) (Explanation, error) {
	t, err := b.Target(profile)
	if err != nil {
		return Explanation{}, err
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return Explanation{}, failure.OfRecord(err)
	}
	p := t.Profile
	e := Explanation{
		Profile: p.Name, Steps: t.Steps(), RoleARN: p.RoleARN, MFASerial: p.MFASerial,
		Key: p.KeyName, AccessKeyID: t.Key.ShownID(), KeyARN: t.Key.ARN,
		Region: t.Endpoint.Region, Endpoint: t.Endpoint.URL,
		Settings: b.settings(p), Problems: p.Problems,
	}
	e.Keystore, e.KeystoreFrom = record.Keystore, "recorded when the first key was added"
	if record.Keystore == "" {
		e.KeystoreFrom = "chosen when the first key is added"
	}
	if b.Keystore != "" {
		e.Keystore, e.KeystoreFrom = b.Keystore, "--keystore"
		if os.Getenv("AWSBROKER_KEYSTORE") == string(b.Keystore) {
			e.KeystoreFrom = "AWSBROKER_KEYSTORE"
		}
	}
	if !p.LogOff && !grants.Off() {
		e.LogFile = b.Paths.LogFile()
	}
	e.Codes = b.codeSource(ctx, t)
	e.SharedWith = b.sharers(t, record)
	cache, known := b.knownCache()
	if s, ok := t.Cached(cache, time.Now()); ok {
		e.Expiration = s.Expiration
	}
	e.MFAEnds = t.MFAEnds(cache, time.Now())
	e.Next = b.nextCall(ctx, t, e.Codes, cache, known)
	if t.SignsWithKey(cache, time.Now()) {
		e.Next = b.afterKeychain(ctx, t, record, e.Next)
	}
	return e, nil
}

// sharers returns the other profiles that get the target's session, such as those that
// differ from its own in the region only.
func (b *Broker) sharers(t *target.Target, record keystore.Record) (names []string) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil
	}
	for _, name := range cfg.Ours() {
		if other, err := b.targetIn(cfg, record, name); err == nil && name != t.Profile.Name && other.CacheKey() == t.CacheKey() {
			names = append(names, name)
		}
	}
	return names
}

// settings returns the settings that count for the profile: those of its files, flags,
// and environment variables.
func (b *Broker) settings(p *config.Profile) []config.Origin {
	all := slices.Clone(p.Origins)
	for i, o := range all {
		if strings.HasSuffix(o.Key, "mfa_process") { // the rest may tell how to get at a seed
			command, _, more := strings.Cut(o.Value, " ")
			if more {
				all[i].Value = command + " …"
			}
		}
	}
	if _, from, err := b.region(p); err == nil && from.File == "" {
		all = slices.DeleteFunc(all, func(o config.Origin) bool { return o.Key == "region" || o.Key == "awsbroker_region" })
		all = append(all, from)
	}
	for _, name := range countedVariables {
		if value := os.Getenv(name); value != "" {
			all = append(all, config.Origin{Key: name, Value: value})
		}
	}
	return all
}

// codeSource finds out who would give a code. Nobody is asked.
func (b *Broker) codeSource(ctx context.Context, t *target.Target) CodeSource {
	if !t.HasDevice() && !(t.From != nil && t.From.HasDevice()) {
		return CodeSource{}
	}
	source := CodeSource{Ways: b.waysOf(t.First().Profile).List()}
	for _, way := range source.Ways {
		if all := t.CodeSettings(); way == prompt.ByCommand && len(all) > 0 {
			source.Setting = all[0]
			return source
		}
		if one, ok := b.canAsk(ctx, way); ok {
			source.Way = one
			return source
		}
	}
	return source
}

// canAskPerson reports whether a way of asking a person works here, for a profile; nil
// stands for none.
func (b *Broker) canAskPerson(ctx context.Context, p *config.Profile) bool {
	return slices.ContainsFunc(b.waysOf(p).List(), func(way prompt.Way) bool {
		_, ok := b.canAsk(ctx, way)
		return ok
	})
}

// canAsk reports whether a way of asking works here, and which that is.
func (b *Broker) canAsk(ctx context.Context, way prompt.Way) (prompt.Way, bool) {
	one, err := prompt.ParseWays(string(way))
	if err != nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ladder, err := prompt.Open(ctx, prompt.Options{
		Ways: one, Environ: b.Environ, Debug: b.Report.Debug,
		Turn: func(context.Context, string) (func(), error) { return func() {}, nil }, // no question, no turn
	})
	if err != nil {
		return "", false
	}
	defer ladder.Close()
	return ladder.Way(), true
}
