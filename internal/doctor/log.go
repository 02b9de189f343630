package doctor

import (
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/say"
)

var logUnwritable = findingKind("log-unwritable", Warning,
	"programs still get sessions, but the log does not show which program got one")

// lookAtLog looks whether the log can be written to, if there is to be one.
func (d *doctor) lookAtLog() (string, error) {
	path := d.broker.Paths.LogFile()
	if path == "" || grants.Off() {
		return "", nil
	}
	if err := grants.Check(path); err != nil {
		d.found(logUnwritable, Finding{
			File: path, Title: "the log cannot be written to: " + reasonOf(err),
			Advice: "move away what is there, or make it yours and writable",
			Mend:   say.ListFile(path),
		})
	}
	return "", nil
}
