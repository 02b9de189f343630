package main

import (
	"errors"
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/child"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/start"
)

// execRun is one run of exec's command, with its session.
type execRun struct {
	*app
	o       execOptions
	path    string
	environ []string // of the command
	profile *config.Profile
	served  bool      // the command has the address of a server
	expires time.Time // end of the session in the environment; zero: there is none
	end     func() visits
}

// tellWay says that the command is served without a --server, and where it is known not to
// find its session, how it would.
func (r *execRun) tellWay() {
	client := r.o.client()
	program := programName(r.o.command[0])
	switch {
	case client == nil || r.o.allowRoot || len(r.o.with) > 0:
	case r.served && !r.o.server:
		if r.stderr.IsTerminal() { // a script has nobody to tell
			r.Step("the session of " + program + " is renewed while it runs (for variables: --env)")
		}
	case client.Lack != "":
		r.Warn(program + " " + client.Lack)
		if client.Format != "" {
			r.advise("in a shell: " + say.RunOutput("awsbroker export "+say.ShellWord(r.profile.Name)+" --format "+client.Format))
		}
	case r.o.server && !client.Container:
		r.Warn(program + " fetches no session from a server (AWS_CONTAINER_CREDENTIALS_FULL_URI)")
		r.advise("leave out --server, or run: " + failure.EnvCommand(r.profile))
	case client.Note != "" && r.stderr.IsTerminal():
		r.Step(program + " " + client.Note)
	}
}

// start runs the command. It takes the place of this process, unless there may be something
// to say after it. It returns if the command did not start, or when it has ended.
func (r *execRun) start() error {
	if mayReplace() && !r.stays() {
		defer r.end()
		return replace(r.path, r.o.command, r.environ)
	}
	start.RestoreCore()
	stop := r.announceEnd()
	ended, err := child.Run(r.path, r.o.command, r.environ)
	stop()
	seen := r.end()
	var notStarted *child.StartError
	if errors.As(err, &notStarted) {
		return notRun(r.o.command[0], notStarted.Why, notStarted.Code)
	}
	if err != nil {
		return err
	}
	if r.stays() && ended.Code() != 0 && !ended.Interrupted() {
		r.tellFailure(seen)
	}
	return &childEnd{ended}
}

// stays reports whether this process stays as the command's parent: where a person reads
// that a session in the environment ends, and where a server may never be asked. The first
// process of a container has other duties, and a shell has a prompt to say it.
func (r *execRun) stays() bool {
	switch {
	case r.o.allowRoot || len(r.o.with) > 0:
		return false
	case r.served:
		return r.o.staysBesideServer()
	}
	return !r.o.shell && os.Getpid() != 1 && r.stderr.IsTerminal()
}

// staysBesideServer reports whether this process stays as the parent of a command that is
// served.
func (o *execOptions) staysBesideServer() bool {
	client := o.client()
	return !o.shell && os.Getpid() != 1 && (client == nil || !client.Again)
}

// warningAt is how long before its end a session in the environment is announced to end;
// less where that is more than a quarter of what is left.
const warningAt = 5 * time.Minute

// announceEnd tells the person before the session in the environment ends, unless stop is
// called before.
func (r *execRun) announceEnd() (stop func()) {
	left := time.Until(r.expires)
	if !r.stays() || r.served || left <= 0 {
		return func() {}
	}
	at, done := r.expires.Add(-min(warningAt, left/4)), make(chan struct{})
	go func() {
		for time.Now().Round(0).Before(at) { // by the clock on the wall: timers stand still while a machine sleeps
			select {
			case <-time.After(min(time.Until(at.Round(0)), 15*time.Second)):
			case <-done:
				return
			}
		}
		text := say.Sprintf("the session of profile %s ends at %s, and %s cannot renew it", r.profile.Name, r.expires.Local().Format("15:04"), programName(r.o.command[0]))
		r.Warn(text)
		r.Debug(say.Sprintf("notice: %v", prompt.Notify(r.app.environ, text)))
	}()
	return func() { close(done) }
}

// tellFailure says why the command may have failed, if it has to do with its session.
func (r *execRun) tellFailure(seen visits) {
	program := programName(r.o.command[0])
	switch {
	case !r.served && !r.expires.IsZero() && time.Now().After(r.expires):
		r.Warn(say.Sprintf("the session of profile %s ended at %s, in the middle of this run", r.profile.Name, r.expires.Local().Format("15:04")))
		if client := r.o.client(); client == nil || client.Container {
			r.advise("for a session that is renewed: " + failure.ServerCommand(r.profile))
		}
	case !r.served, program == "awsbroker": // the one inside has its own profile, and its own words
	case seen.refused():
		r.Warn(program + " was refused by the server that has its session, because it asked in another way than AWS's tools")
		r.advise("to give it variables: " + failure.EnvCommand(r.profile))
	case seen.none():
		r.Warn(program + " never asked for its session, and may not know " + containerURI)
		r.advise("to give it variables: " + failure.EnvCommand(r.profile))
	}
}
