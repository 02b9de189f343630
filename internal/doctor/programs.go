package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	programMissing = findingKind("program-missing", Serious,
		"AWS's tools get nothing from a program that they cannot start")
	programDiffers = findingKind("program-differs", Warning,
		"AWS's tools run another awsbroker than you do, with its own faults and settings")
)

// lookAtPrograms looks at what the profiles run: whether it is there, and
// whether it is this program.
func (d *doctor) lookAtPrograms(ctx context.Context) (string, error) {
	users := map[string][]*broker.Target{}
	var order []string
	for _, t := range d.targets {
		if t.Profile.CredentialProcess == "" {
			continue
		}
		program := config.ProcessProgram(t.Profile.CredentialProcess)
		if users[program] == nil {
			order = append(order, program)
		}
		users[program] = append(users[program], t)
	}
	for _, program := range order {
		d.lookAtProgram(ctx, program, users[program])
	}
	return "", nil
}

func (d *doctor) lookAtProgram(ctx context.Context, program string, users []*broker.Target) {
	var names []string
	var edits []edit
	for _, t := range users {
		names = append(names, t.Profile.Name)
		if line, ok := d.processLine(t.Profile.Name); ok {
			edits = append(edits, setProfile(d.broker, t.Profile.Name, []config.Setting{line}))
		}
	}
	f := Finding{Mend: "awsbroker setup " + say.ShellWord(names[0])}
	if o, ok := users[0].Profile.Origin("credential_process"); ok {
		f = f.at(o)
	}
	if len(edits) == len(names) {
		f.fix = mendFiles(d.broker, edits...)
		if len(names) > 1 {
			f.Mend = "awsbroker doctor --fix"
		}
	}
	whose := fmt.Sprintf("%s of %s %s", program, plural(len(names), "profile", "profiles"), fewOf(names))
	path, err := exec.LookPath(program)
	if err != nil && !errors.Is(err, exec.ErrDot) {
		f.Title = whose + " cannot be started: " + reasonOf(err)
		d.found(programMissing, f)
		return
	}
	d.programs = append(d.programs, path)
	version, err := d.versionOf(ctx, path)
	switch {
	case err != nil:
		f.Title = whose + " does not say its version: " + err.Error()
		d.found(programDiffers, f)
	case version != d.options.Version:
		f.Title = fmt.Sprintf("%s is version %s, and this is %s", whose, version, d.options.Version)
		d.found(programDiffers, f)
	}
}

// versionOf runs a program that AWS's tools would run as well, unless it is
// this one.
func (d *doctor) versionOf(ctx context.Context, path string) (string, error) {
	if self, err := os.Executable(); err == nil && sameFile(self, path) {
		return d.options.Version, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = prompt.ChildEnviron(d.broker.Environ)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", errors.New("it did not end in time")
	}
	if err != nil {
		return "", err
	}
	version, ok := strings.CutPrefix(strings.TrimSpace(string(out)), "awsbroker ")
	if !ok {
		return "", errors.New("it is not awsbroker")
	}
	return version, nil
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// reasonOf is what the operating system said, without the path.
func reasonOf(err error) string {
	var notFound *exec.Error
	var path *os.PathError
	if errors.As(err, &notFound) {
		err = notFound.Err
	}
	if errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}
