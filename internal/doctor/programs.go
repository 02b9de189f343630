package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/programs"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

var (
	programMissing = findingKind("program-missing", Serious,
		"AWS tools get no session from a program that they cannot start")
	programDiffers = findingKind("program-differs", Warning,
		"AWS tools run another awsbroker than you do, which may behave differently")
)

// process is what some profiles have as their credential_process.
type process struct {
	program string // the first word
	runs    string // the program that runs in the end; empty if that cannot be told
	users   []*target.Target
}

// lookAtPrograms looks at what the profiles run: whether it is there, and
// whether it is this program.
func (d *doctor) lookAtPrograms(ctx context.Context) (string, error) {
	var all []*process
	for _, t := range d.targets {
		words := config.ProcessWords(t.Profile.CredentialProcess)
		if len(words) == 0 {
			continue
		}
		runs, _ := runsAtLast(words)
		i := slices.IndexFunc(all, func(p *process) bool { return p.program == words[0] && p.runs == runs })
		if i < 0 {
			i, all = len(all), append(all, &process{program: words[0], runs: runs})
		}
		all[i].users = append(all[i].users, t)
	}
	for _, p := range all {
		d.lookAtProcess(ctx, p)
	}
	for _, t := range d.targets { // what gives codes is run by awsbroker itself
		words := config.ProcessWords(t.Profile.MFAProcess)
		if len(words) == 0 {
			continue
		}
		if path, err := programs.Find(words[0]); err == nil && filepath.IsAbs(path) {
			d.programs = append(d.programs, path)
		}
	}
	return "", nil
}

// lookAtProcess runs no program but one that has awsbroker's name, that is the same
// wherever it is called from, and that nobody else can have changed.
func (d *doctor) lookAtProcess(ctx context.Context, p *process) {
	f := d.mendProcess(p)
	for _, program := range slices.Compact([]string{p.program, cmp.Or(p.runs, p.program)}) {
		if strings.ContainsAny(program, `/\`) && !filepath.IsAbs(program) {
			d.unchecked("program "+whose(program, p.users), errors.New("it is another one in each directory"))
			return
		}
		path, err := programs.Find(program)
		if err != nil {
			f.Title = whose(program, p.users) + " cannot be started: " + reasonOf(err)
			d.found(programMissing, f)
			return
		}
		d.programs = append(d.programs, path)
	}
	path := d.programs[len(d.programs)-1]
	switch {
	case p.runs == "":
		d.unchecked("program "+whose(p.program, p.users), errors.New("it is not awsbroker, and doctor does not run it to see what it runs"))
		return
	case !isSafe(path):
		return // lookAtModes tells
	}
	version, err := d.versionOf(ctx, path)
	switch {
	case errors.Is(err, errNowhere):
		d.unchecked("program "+whose(p.runs, p.users), err)
	case err != nil:
		f.Title = whose(p.runs, p.users) + " does not say its version: " + err.Error()
		d.found(programDiffers, f)
	case version != d.options.Version:
		f.Title = fmt.Sprintf("%s is version %s, and this is %s", whose(p.runs, p.users), version, d.options.Version)
		d.found(programDiffers, f)
	}
}

// mendProcess returns the mend of a process that is not right. Where something is wrapped
// around awsbroker the person has to do it, since setup would throw that away.
func (d *doctor) mendProcess(p *process) Finding {
	var f Finding
	o, ok := p.users[0].Profile.Origin("credential_process")
	if ok {
		f = f.at(o)
	}
	if p.runs != p.program && ok {
		f.Advice = "name this program there: " + cmp.Or(d.options.Program, "awsbroker")
		f.Mend = say.EditFile(o.File, o.Line)
		return f
	}
	var edits []edit
	for _, t := range p.users {
		if line, ok := d.processLine(t.Profile); ok {
			edits = append(edits, setProfile(d.broker, t.Profile.Name, []config.Setting{line}))
		}
	}
	f.Mend = "awsbroker setup " + failure.SetupWord(p.users[0].Profile.Name)
	if len(edits) == len(p.users) {
		f.fix = mendFiles(d.broker, edits...)
		if len(p.users) > 1 {
			f.Mend = "awsbroker doctor --fix"
		}
	}
	return f
}

// whose names a program and the profiles that have it.
func whose(program string, users []*target.Target) string {
	var names []string
	for _, t := range users {
		names = append(names, t.Profile.Name)
	}
	return fmt.Sprintf("%s of %s %s", program, plural(len(names), "profile", "profiles"), fewOf(names))
}

var errNowhere = errors.New("there is no empty directory to run it in")

// versionOf runs a program that AWS's tools would run as well, unless it is
// this one. It runs in an empty directory: whatever it is, it finds nothing there.
func (d *doctor) versionOf(ctx context.Context, path string) (string, error) {
	if self, err := os.Executable(); err == nil && sameFile(self, path) {
		return d.options.Version, nil
	}
	empty, err := os.MkdirTemp("", "awsbroker-doctor-")
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNowhere, err)
	}
	defer os.RemoveAll(empty)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Dir = empty
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
