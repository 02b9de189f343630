package setup

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// fillRegion sets the region: the named one, else the profile's, else that of the
// environment, else that of profiles like it, else one that a person at a terminal
// types. Most AWS tools need one, and fail where a profile has none.
func (f *filling) fillRegion(ctx context.Context) (err error) {
	if f.Region != "" || f.is.Region != "" {
		return nil
	}
	like := &config.Profile{Name: f.Profile, KeyName: f.KeyName, Source: f.is.Source, Partition: awsapi.PartitionOf(cmp.Or(f.RoleARN, f.key.ARN))}
	f.Region = cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	if config.CheckRegion(f.Region) != "" || config.PartitionOfRegion(f.Region) != like.Partition {
		f.Region = f.proposeRegion(like)
	}
	if f.Region == "" && !f.Yes && !f.all {
		if f.Region, err = f.askRegion(ctx); err != nil {
			return err
		}
	}
	if f.Region == "" && !f.all {
		f.run.Warn("profile %s will have no region, and most AWS tools need one; to set it later: awsbroker setup %s --region REGION", f.Profile, say.ShellWord(f.Profile))
	}
	return nil
}

// proposeRegion is [config.Config.ProposeRegion], which looks at all profiles, once for
// those of one key and source where many are set up.
func (f *filling) proposeRegion(like *config.Profile) string {
	if f.regions == nil {
		return f.cfg.ProposeRegion(like)
	}
	of := [3]string{like.KeyName, like.Partition}
	if like.Source != nil {
		of[2] = like.Source.Name
	}
	region, known := f.regions[of]
	if !known {
		region = f.cfg.ProposeRegion(like)
		f.regions[of] = region
	}
	return region
}

// tries is how often a person may type a region.
const tries = 3

// askRegion asks for the region at the terminal; empty if there is none.
func (f *filling) askRegion(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, f.run.Limits.Question)
	defer cancel()
	asker := f.run.NewAsker(nil)
	defer asker.Close()
	p, err := asker.Open(ctx)
	if errors.Is(err, prompt.ErrNoTerminal) || err == nil && !asker.AtTerminal() {
		return "", nil
	}
	if err != nil {
		return "", failure.New(failure.NeedPerson, "%w", err)
	}
	for range tries {
		region, err := p.Line(ctx, say.Sprintf("region of profile %s (empty: none): ", f.Profile))
		if err != nil {
			return "", failure.New(failure.NeedPerson, "nothing was written: %w", err)
		}
		region = strings.TrimSpace(region)
		if region == "" {
			return "", nil
		}
		want := config.CheckRegion(region)
		if want == "" && strings.Contains(region, "-") { // and no y of a person who expects another question
			return region, nil
		}
		p.Print(say.Sprintf("type %s\n", cmp.Or(want, "the whole name of a region")))
	}
	return "", failure.New(failure.Usage, "no valid region was typed in %d tries; nothing was written", tries).
		Hint("add it: %s --region REGION", f.command())
}
