package setup

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

// fillRole sets the role: the named one, else the profile's, else for a profile that
// is not there yet the proposed one. A profile of the person's own without a role
// stays without one: a role would give its programs other rights.
func (f *filling) fillRole(ctx context.Context) error {
	switch {
	case f.NoRole:
		for _, setting := range ofRole {
			f.remove = append(slices.Clip(f.remove), "awsbroker_"+setting)
		}
		return nil
	case f.RoleARN == "" && f.exists:
		f.RoleARN = f.is.RoleARN
		if f.RoleARN == "" && !f.is.RunsUs() && !f.all {
			f.run.Report.Step(say.Sprintf("profile %s has no role, so its sessions have the rights of the key's user; to use a role: %s --role-arn ROLE", f.Profile, f.command()))
		}
		return nil
	case strings.HasPrefix(f.RoleARN, "arn:"):
		return nil
	}
	account, err := f.accountOfRole(ctx)
	if err != nil {
		return err
	}
	f.RoleARN = account + "role/" + cmp.Or(f.RoleARN, proposedRole)
	return nil
}

// accountOfRole returns the beginning of the ARN of a role that is named without its
// account: that of the profile's role, else that of the key.
func (f *filling) accountOfRole(ctx context.Context) (string, error) {
	if account, _, ok := strings.Cut(f.is.RoleARN, "role/"); ok {
		return account, nil
	}
	account, _, err := f.owner(ctx)
	return account, err
}

// owner returns whose key it is: the beginning of the ARNs of the account, and the
// user. AWS is asked if it is not on record.
func (f *filling) owner(ctx context.Context) (account, user string, err error) {
	arn := f.key.ARN
	if arn == "" && !f.Offline {
		r := f.run.NewActor(&target.Target{Profile: &config.Profile{Name: f.Profile, KeyName: f.KeyName}}, nil)
		defer r.Close()
		if err := r.OpenKey(ctx); err != nil {
			return "", "", err
		}
		identity, err := f.run.IdentifyKey(ctx, r.AccessKey, "")
		if err != nil {
			return "", "", err
		}
		arn = identity.ARN
		f.key.ARN = arn
	}
	account, user, ok := strings.Cut(arn, "user/")
	if !ok || strings.Count(account, ":") != 5 {
		return "", "", failure.New(failure.Usage, "the owner of key %q is not known, so awsbroker cannot propose a role or an MFA device", f.KeyName).
			Hint("add --role-arn arn:aws:iam::ACCOUNT:role/%s --mfa-serial arn:aws:iam::ACCOUNT:mfa/USER", proposedRole)
	}
	return account, user[strings.LastIndex(user, "/")+1:], nil
}
