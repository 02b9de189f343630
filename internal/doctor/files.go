package doctor

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/dotfile"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	fileRefused = findingKind("file-refused", Serious,
		"the AWS CLI refuses the whole file, and with it every profile in it")
	byteOrderMark = findingKind("byte-order-mark", Serious,
		"the AWS CLI refuses a file that begins with one, and Go programs lose its first section")
	keyInComment = findingKind("key-in-comment", Serious,
		"a key in a comment is as readable as before, and most likely still works")
	misnamedKey = findingKind("key-misnamed", Serious,
		"a key is as readable under a wrong name as under the right one, and most likely works")
	leftover = findingKind("leftover", Warning,
		"an interrupted edit left a copy of the file, which may still have the text that the edit removed")
)

// lookAtFiles reads the two files, each by itself: one that is refused does not
// hide what is in the other.
func (d *doctor) lookAtFiles() (string, error) {
	readable := map[string]bool{}
	for _, f := range []struct{ path, config, credentials string }{
		{d.broker.Paths.Config, d.broker.Paths.Config, ""},
		{d.broker.Paths.Credentials, "", d.broker.Paths.Credentials},
	} {
		_, err := config.Load(f.config, f.credentials)
		if err == nil {
			readable[f.path] = true
		} else {
			d.refused(f.path, err)
		}
		d.lookForLeftovers(f.path)
	}
	configPath, credentials := "", ""
	if readable[d.broker.Paths.Config] {
		configPath = d.broker.Paths.Config
	}
	if readable[d.broker.Paths.Credentials] {
		credentials = d.broker.Paths.Credentials
	}
	d.files = len(readable) == 2
	var err error
	if d.cfg, err = config.Load(configPath, credentials); err != nil {
		return "", err
	}
	d.cfg = d.cfg.WithKeys(d.broker.HasKey)
	for _, o := range d.cfg.MisnamedKeys() {
		d.found(misnamedKey, Finding{
			Title:  fmt.Sprintf("[%s] has a secret access key in plaintext under the name %s, which no AWS tool reads", o.Section, o.Key),
			Advice: "delete that line, and the key in AWS if nothing uses it; else name it aws_secret_access_key, so that it can be moved",
			Mend:   say.EditFile(o.File, o.Line),
		}.at(o))
	}
	for _, o := range d.cfg.CommentedKeys() {
		d.found(keyInComment, Finding{
			Title:  "a comment holds a secret access key",
			Advice: "delete that line, and the key in AWS if nothing uses it",
			Mend:   "awsbroker doctor --fix",
			fix: mendFiles(d.broker, edit{o.File, func(text []byte) ([]byte, error) {
				return config.RemoveCommentedKeys(text), nil
			}}),
		}.at(o))
	}
	return "", nil
}

// refused reports a file that cannot be read.
func (d *doctor) refused(path string, err error) {
	f := Finding{File: path, Title: err.Error(), Mend: say.ListFile(path)}
	var parse *config.ParseError
	if errors.As(err, &parse) {
		f.File, f.Line, f.Title = parse.Path, parse.Line, parse.Problem
		f.Mend = say.EditFile(parse.Path, parse.Line)
		if parse.Line == 0 {
			f.Title, f.Advice, f.Mend = "the file "+parse.Problem, "make it a file that you can read", say.ListFile(path)
		}
	}
	if f.Line == 1 {
		if text, err := os.ReadFile(path); err == nil && len(config.DropByteOrderMark(text)) < len(text) {
			f.Title, f.Mend = "the file begins with a byte order mark", "awsbroker doctor --fix"
			f.fix = mendFiles(d.broker, edit{path, func(text []byte) ([]byte, error) { return config.DropByteOrderMark(text), nil }})
			d.found(byteOrderMark, f)
			return
		}
	}
	d.found(fileRefused, f)
}

// atWork is the age up to which a copy may be that of an edit at work.
const atWork = time.Minute

func (d *doctor) lookForLeftovers(path string) {
	unused, backup := dotfile.Leftovers(path)
	for _, copy := range unused {
		if info, err := os.Lstat(copy); err != nil || d.now.Sub(info.ModTime()) < atWork {
			continue
		}
		d.found(leftover, Finding{
			File: copy, Title: "a copy of " + path + " from an interrupted edit",
			Mend: say.RemoveFile(copy), fix: mendByRemoving(d.broker, copy),
		})
	}
	if backup != "" {
		d.found(leftover, Finding{
			File: backup, Title: "a copy of " + path + " from before an interrupted edit",
			Advice: "compare them, and remove the copy once the file is as it should be",
			Mend:   say.CompareFiles(path, backup),
		})
	}
}

// placeOf is where in the files an error is, and its text without that.
func placeOf(err error) (f Finding) {
	var parse *config.ParseError
	var value *config.ValueError
	var security *config.SecurityKeyError
	var unknown *config.UnknownProfileError
	var cycle *config.CycleError
	var partition *config.PartitionError
	o := config.Origin{}
	switch {
	case errors.As(err, &parse):
		o = config.Origin{File: parse.Path, Line: parse.Line}
	case errors.As(err, &value):
		o = value.Origin
	case errors.As(err, &security):
		o = security.Origin
	case errors.As(err, &unknown) && unknown.From != nil:
		o = *unknown.From
	case errors.As(err, &cycle):
		o = cycle.Origin
	case errors.As(err, &partition):
		o = partition.A
	}
	f.Title = strings.TrimPrefix(err.Error(), say.Clean(fmt.Sprintf("%s:%d:", o.File, o.Line)))
	f.Title = strings.TrimPrefix(strings.TrimSpace(f.Title), say.Clean("["+o.Section+"]"))
	return f.at(o)
}
