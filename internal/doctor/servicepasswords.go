package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	servicePassword = findingKind("service-password", Note,
		"a password for one service, such as Git's for CodeCommit, has no end and asks for no code")
	oldServicePassword = findingKind("old-service-password", Warning,
		"the longer a password without an end is about, the more places it lies in")
)

// lookAtServicePasswords lists every service-specific credential of the account, with its
// age.
func (a *account) lookAtServicePasswords(ctx context.Context) {
	all, err := a.iam.ServiceCredentials(ctx, "", "")
	if err != nil {
		a.gap("service-specific credentials", "", err)
		return
	}
	for _, c := range all {
		age := time.Since(c.Created)
		kind, state := servicePassword, "a"
		switch {
		case !c.Active:
			state = "an inactive"
		case age > maxUnused:
			kind = oldServicePassword
		}
		a.found(kind, Finding{
			Title:  say.Sprintf("user %s has %s password for %s, made %s", c.User, state, c.Service, madeAgo(age)),
			Advice: "if nothing needs it, delete it; replace one of yours with: awsbroker codecommit rotate",
			Mend:   deleteServicePassword(c, a.profile),
		})
	}
}

// madeAgo says how old something is, in days.
func madeAgo(age time.Duration) string {
	days := int(age / (24 * time.Hour))
	if days == 0 {
		return "today"
	}
	return say.Count(days, "day", "days") + " ago"
}

func deleteServicePassword(c iam.ServiceCredential, profile string) string {
	return fmt.Sprintf("aws iam delete-service-specific-credential --user-name %s --service-specific-credential-id %s --profile %s",
		say.ShellWord(c.User), say.ShellWord(c.ID), say.ShellWord(profile))
}
