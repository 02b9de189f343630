package bootstrap

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/dotfile"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/setup"
)

// profileEdit is what the config file gets.
type profileEdit struct {
	before, after []byte
	diff          string
	had           bool // the profile was there
}

// profileStep is the profile, as setup writes it.
func (s *bootstrap) profileStep(name string, of *role) *step {
	what := "profile " + name
	return &step{
		what: what, how: "in " + paths.UnderHome(s.run.Paths.Config) + s.regionInWords(name),
		thing: notes.Thing{Kind: notes.Profile, Name: name}, changed: notes.Thing{Kind: notes.Profile, Name: name},
		look: func(context.Context) (state, error) {
			edit, err := s.editProfile(name, *of.arn)
			switch {
			case err != nil:
				return state{}, err
			case edit.diff == "":
				return state{is: there}, nil
			case !edit.had:
				return state{}, nil
			}
			return state{is: differs, before: string(config.Section(edit.before, name)), diff: edit.diff}, nil
		},
		make: func(context.Context, *notes.Thing) error { return s.writeProfile(name, *of.arn) },
		mend: func(context.Context, *notes.Thing) error { return s.writeProfile(name, *of.arn) },
	}
}

func (s *bootstrap) editProfile(name, role string) (profileEdit, error) {
	before, err := os.ReadFile(s.run.Paths.Config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return profileEdit{}, failure.New(failure.Other, "%w", err)
	}
	cfg, err := s.run.ReadConfig()
	if err != nil {
		return profileEdit{}, err
	}
	if file, line, ok := cfg.StaticKeys(name); ok {
		return profileEdit{}, s.orAnotherName(name, failure.New(failure.Other, "%s:%d has an access key in plaintext for profile %s, which AWS tools would use instead of awsbroker", file, line, name).
			Hint("move that key into the keychain: awsbroker add --from-profile %s", say.ShellWord(name)))
	}
	e := profileEdit{before: before, had: cfg.Has(name) || config.Section(before, name) != nil}
	o := setup.Options{
		Profile: name, KeyName: s.out.KeyName, RoleARN: role, MFASerial: s.out.MFASerial,
		Region: s.regionFor(cfg, name), Program: s.o.Program,
	}
	if _, has := cfg.Value(name, "awsbroker_agents"); !has && name != s.o.Profile {
		o.Agents = agents.Allow
	}
	if o, ok := cfg.Override(o.Profile, o.Settings(), setup.BesideHelper); ok {
		return e, s.orAnotherName(name, failure.New(failure.Other, "%s would override the profile that bootstrap writes into %s", o, s.run.Paths.Config).
			Hint("remove that line"))
	}
	if e.after, err = config.SetProfile(before, o.Profile, o.Settings(), setup.BesideHelper); err != nil {
		return e, failure.OfConfig(err)
	}
	e.diff = config.Diff(s.run.Paths.Config, before, e.after)
	return e, nil
}

// regionFor returns the region that the profile gets.
func (s *bootstrap) regionFor(cfg *config.Config, name string) string {
	region := s.run.Region
	if p, err := cfg.Resolve(name); err == nil && region == "" {
		region = p.Region
	}
	if region == "" {
		region, _ = environRegion()
	}
	return cmp.Or(region, s.region, config.DefaultRegion(s.out.Partition))
}

// regionInWords tells the plan's reader which region the profile gets: a default that
// nobody saw is a surprise at the first aws ec2 describe-instances.
func (s *bootstrap) regionInWords(name string) string {
	cfg, err := s.run.ReadConfig()
	if err != nil {
		return "" // which the step itself says
	}
	return ", " + s.regionFor(cfg, name)
}

// orAnotherName adds the hint that a profile may have another name, if it may.
func (s *bootstrap) orAnotherName(name string, f *failure.Error) error {
	if name == s.o.Profile {
		return f.Hint("or choose another name with --profile")
	}
	return f
}

func (s *bootstrap) writeProfile(name, role string) error {
	e, err := s.editProfile(name, role)
	if err != nil {
		return err
	}
	if err := s.step("write profile", func() error { return dotfile.Write(s.run.Paths.Config, e.before, e.after) }); err != nil {
		return failure.New(failure.Other, "%s could not be written: %w", s.run.Paths.Config, err)
	}
	return session.NextGeneration(s.run.Paths)
}

// indentedBy puts a text a little to the right.
func indentedBy(margin, text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(margin+lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
