package doctor

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/programs"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	gitHelperBefore = findingKind("git-helper-before", Warning,
		"another helper stores the password, and gives it to Git when CodeCommit takes it no more, which it does for 15 minutes only")
	gitPasswordStored = findingKind("git-password-stored", Warning,
		"a password that a session signed is dead after 15 minutes, one of an IAM user lies in plaintext, and Git uses either")
)

// lookAtGit looks whether Git asks awsbroker first, where it asks awsbroker at all, and
// for passwords that another helper has stored.
func (d *doctor) lookAtGit(ctx context.Context) (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", nil
	}
	d.lookAtStoredPasswords(filepath.Join(home, ".git-credentials"))
	git, err := programs.Find("git")
	if err != nil {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, git, "config", "--list", "-z", "--show-origin")
	cmd.Dir = home // the settings of whatever repository this is are no concern
	out, err := cmd.Output()
	if err != nil {
		return "", nil // Git says so itself, whenever it is run
	}
	if file, helper, profile := firstHelper(string(out)); helper != "" {
		d.found(gitHelperBefore, Finding{
			File: file, Title: say.Sprintf("Git asks the helper %q for passwords of CodeCommit before it asks awsbroker", helper),
			Mend: "awsbroker codecommit setup " + profile,
		})
	}
	return "", nil
}

// firstHelper returns the helper that Git asks for a password of CodeCommit before it asks
// awsbroker, the file that names it, and the profile or the key of awsbroker's as words for
// a command; helper is empty where there is none before, or awsbroker is not asked. An empty helper makes Git forget those
// before it (https://git-scm.com/docs/gitcredentials#_configuration_options).
func firstHelper(list string) (file, helper, profile string) {
	words := strings.Split(list, "\x00") // an origin, then a setting: key, line break, value
	for i := 0; i+1 < len(words); i += 2 {
		key, value, _ := strings.Cut(words[i+1], "\n")
		if key != "credential.helper" && (!strings.HasSuffix(key, ".helper") || !strings.Contains(key, "git-codecommit")) {
			continue
		}
		_, after, ours := strings.Cut(value, " git-credential --")
		switch {
		case value == "":
			file, helper = "", ""
		case ours:
			whose, after, _ := strings.Cut(after, " ")
			name, _, _ := strings.Cut(after, " ")
			if profile = say.ShellWord(name); whose == "key" {
				profile = "--key " + profile
			}
			return file, helper, profile
		case helper == "":
			file, helper = strings.TrimPrefix(words[i], "file:"), value
		}
	}
	return "", "", ""
}

// lookAtStoredPasswords looks at what git-credential-store has kept.
func (d *doctor) lookAtStoredPasswords(path string) {
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "@git-codecommit") {
		return
	}
	d.found(gitPasswordStored, Finding{
		File: path, Title: "a helper of Git's has stored a password of CodeCommit in plaintext",
		Advice: "delete the lines with git-codecommit in them",
		Mend:   say.EditFile(path, 0),
	})
}
