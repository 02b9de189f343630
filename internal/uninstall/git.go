package uninstall

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/gitconfig"
	"github.com/awsbroker/awsbroker/internal/say"
)

// planGit works out what Git's settings will be.
func (l *leaving) planGit(ctx context.Context) (err error) {
	if l.gitEdit, err = gitconfig.Leave(ctx); err != nil {
		return err
	}
	l.plan.GitDiff = config.Diff(l.gitEdit.Path, l.gitEdit.Before, l.gitEdit.After)
	return nil
}

// leaveGit has Git ask awsbroker no more.
func (l *leaving) leaveGit(context.Context) error {
	if l.plan.GitDiff == "" {
		return nil
	}
	if err := l.write(l.gitEdit.Path, l.gitEdit.Before, l.gitEdit.After); err != nil {
		return err
	}
	l.run.Report.Step(say.Sprintf("Git no longer asks awsbroker, by %s", l.gitEdit.Path))
	return nil
}
