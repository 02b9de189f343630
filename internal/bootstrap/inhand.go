package bootstrap

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/programs"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// A session that a person has by other means, such as `aws login` of the root user or of
// an administrator, can do the work in place of a key: it ends by itself, and leaves no
// key to delete.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html

// takesSession reports whether a session does the work.
func (o Options) takesSession() bool { return o.FromEnv || o.FromProfile != "" }

// isSession reports whether what signs ends by itself.
func (s *bootstrap) isSession() bool { return s.actor.AccessKey.Temporary() }

// hasRootKey reports whether a key of the root user signs, which is to go at the end.
func (s *bootstrap) hasRootKey() bool { return s.who.IsRoot() && !s.isSession() }

// sessionInHand reads the session, and asks AWS whose it is.
func (s *bootstrap) sessionInHand(ctx context.Context) (err error) {
	region := ""
	if s.o.FromProfile != "" {
		if region, err = s.checkSessionProfile(); err == nil {
			s.actor.AccessKey, err = exportCredentials(ctx, s.run.Environ, s.o.FromProfile)
		}
	} else {
		s.actor.AccessKey, err = sessionOfEnviron()
	}
	if err != nil {
		return err
	}
	s.region = region
	if s.who, err = s.run.IdentifyKey(ctx, s.actor.AccessKey, region); err != nil {
		return s.explainSession(err)
	}
	s.actor.Target, err = s.run.KeyTarget("", keystore.KeyInfo{AccessKeyID: s.actor.AccessKey.AccessKeyID, ARN: s.who.ARN})
	return err
}

// sessionOfEnviron returns the session that the environment has.
func sessionOfEnviron() (credential.Credentials, error) {
	c := credential.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: credential.NewSecret(os.Getenv("AWS_SECRET_ACCESS_KEY")),
		SessionToken:    credential.NewSecret(cmp.Or(os.Getenv("AWS_SESSION_TOKEN"), os.Getenv("AWS_SECURITY_TOKEN"))),
	}
	switch {
	case c.AccessKeyID == "" || c.SecretAccessKey.IsEmpty():
		return c, failure.New(failure.Usage, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set")
	case !c.Temporary():
		return c, failure.New(failure.Usage, "AWS_SESSION_TOKEN is not set, so the environment has a long-lived key and no session").
			Hint("add it to the keychain, from where bootstrap can delete it at the end: awsbroker add root --from-env")
	case !c.IsWellFormed():
		return c, failure.New(failure.Usage, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are not a session as AWS makes them")
	}
	return c, nil
}

// checkSessionProfile returns the region of the profile, unless that is awsbroker's own:
// bootstrap uses its key by itself.
func (s *bootstrap) checkSessionProfile() (region string, err error) {
	cfg, err := s.run.ReadConfig()
	if err != nil {
		return "", err
	}
	p, err := cfg.Resolve(s.o.FromProfile)
	switch {
	case !cfg.Has(s.o.FromProfile):
		return "", failure.OfConfig(err)
	case !config.ValidProfileName(s.o.FromProfile):
		return "", failure.New(failure.Usage, "the AWS CLI cannot be asked for a profile called %q", s.o.FromProfile)
	case err == nil && p.RunsUs():
		return "", failure.New(failure.Usage, "profile %s is awsbroker's own", s.o.FromProfile).
			Hint("name its key: awsbroker bootstrap --key %s --user %s", say.ShellWord(p.KeyName), say.ShellWord(cmp.Or(s.o.User, "NAME")))
	}
	region, _ = cfg.Value(s.o.FromProfile, "region")
	if config.CheckRegion(region) != "" {
		region = ""
	}
	return region, nil
}

// exported is what `aws configure export-credentials` prints.
// https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html
type exported struct {
	AccessKeyId, SecretAccessKey, SessionToken string
	Expiration                                 time.Time
}

// exportLimit is how long the AWS CLI may take, which may renew the session first.
const exportLimit = 2 * time.Minute

// exportCredentials returns the session of a profile that the AWS CLI has signed in.
func exportCredentials(ctx context.Context, environ []string, profile string) (c credential.Credentials, err error) {
	path, err := programs.Find("aws")
	if err != nil {
		return c, failure.New(failure.Other, "the AWS CLI, which has the session of profile %s, is not on PATH", profile).
			Hint("install it (2.32 or later has aws login), or have the session in the environment, and run: awsbroker bootstrap --from-env")
	}
	ctx, cancel := context.WithTimeout(ctx, exportLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "configure", "export-credentials", "--format", "process", "--profile", profile)
	cmd.Env = append(prompt.ChildEnviron(environ), placesIn(environ)...)
	cmd.WaitDelay = time.Second
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return c, noSession(profile, lastLine(complaint.String()))
	}
	var e exported
	if json.Unmarshal(out.Bytes(), &e) != nil {
		return c, noSession(profile, "its answer is no session")
	}
	c = credential.Credentials{AccessKeyID: e.AccessKeyId, SecretAccessKey: credential.NewSecret(e.SecretAccessKey),
		SessionToken: credential.NewSecret(e.SessionToken), Expiration: e.Expiration}
	switch {
	case !c.IsWellFormed():
		return c, noSession(profile, "its answer is no session")
	case !c.Temporary():
		return c, failure.New(failure.Usage, "profile %s has a long-lived key and no session", profile).
			Hint("add it to the keychain, from where bootstrap can delete it at the end: awsbroker add --from-profile %s", say.ShellWord(profile))
	}
	return c, nil
}

// placesIn returns the variables that say where the AWS CLI finds the profile, its login and
// the certificates: without them a profile of the same name in another file would do the work.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
func placesIn(environ []string) (places []string) {
	for _, kv := range environ {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_LOGIN_CACHE_DIRECTORY", "AWS_CA_BUNDLE":
			places = append(places, kv)
		}
	}
	return places
}

func noSession(profile, why string) error {
	return failure.New(failure.Other, "the AWS CLI has no session of profile %s: %s", profile, cmp.Or(why, "it gave no reason")).
		Hint("sign in, and run this again: aws login --profile %s", say.ShellWord(profile))
}

// lastLine returns what a program said last.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return say.Clean(text[strings.LastIndexByte(text, '\n')+1:])
}

// sessionWords say which session does the work; empty if none does.
func (s *bootstrap) sessionWords() string {
	if !s.isSession() {
		return ""
	}
	words := "a session of the environment"
	if s.o.FromProfile != "" {
		words = "a session of profile " + s.o.FromProfile
	}
	if end := s.actor.AccessKey.Expiration; !end.IsZero() {
		words += " until " + end.UTC().Format("15:04 UTC")
	}
	return words + ", which ends by itself: there is no key to delete"
}

// explainSession adds to a refusal of the session what a person can do about it.
func (s *bootstrap) explainSession(err error) error {
	if !s.isSession() || !awsapi.Is(err, awsapi.UnknownKey, awsapi.ExpiredToken) {
		return err
	}
	if s.o.FromProfile == "" {
		return failure.WithHint(err, "if the session is over, put another one into the environment, and run this again")
	}
	return failure.WithHint(err, "if the session is over, sign in again, with MFA, and run this again: aws login --profile %s", say.ShellWord(s.o.FromProfile))
}

// endSession says how a session that may do more than the role is ended.
func (s *bootstrap) endSession() {
	cfg, err := s.run.ReadConfig()
	if err != nil || s.o.FromProfile == "" {
		return
	}
	if _, signedIn := cfg.Value(s.o.FromProfile, "login_session"); signedIn {
		s.out.Left = append(s.out.Left, say.Sprintf("%s is still signed in, and its session is in plaintext in ~/.aws/login/cache; to sign out: aws logout --profile %s",
			s.who.ARN, say.ShellWord(s.o.FromProfile)))
	}
}
