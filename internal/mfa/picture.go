package mfa

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/qr"
	"github.com/awsbroker/awsbroker/internal/say"
)

// showDevice shows a person what their authenticator app has to know: the seed in groups
// of four, which can be typed, and the QR code, where the question will stand. That is on
// the terminal's other screen, until back, where all of it has room there.
func showDevice(ask prompt.Prompter, a *broker.Asker, picture *picture, e NewDevice, seed code) (back func(), err error) {
	uri := deviceURI(e, seed)
	if err := picture.write(uri); err != nil {
		return nil, err
	}
	head := say.Sprintf("MFA device %s for %s\ntype this key into an authenticator app (time-based):\n", e.Name, e.User+"@"+e.Account)
	text := ""
	drawn, err := qr.Text(uri)
	draws := err == nil && a.AtTerminal() && qr.Drawable()
	width, height := a.Size()
	wide, high := say.Columns(strings.SplitN(drawn, "\n", 2)[0]), strings.Count(drawn, "\n")
	narrow := draws && width > 0 && wide > width
	if draws = draws && !narrow; !draws {
		drawn = ""
	}
	switch {
	case picture.file != nil:
		text = say.Sprintf("or scan the QR code in %s; awsbroker will delete it afterwards\n", picture.file.Name())
	case draws:
		text = "or scan this:\n"
	case narrow:
		text = fmt.Sprintf("or scan a QR code: it needs %d columns, but this window has %d; make it wider and run this again, or use --qr-file FILE\n", wide, width)
	default:
		text = "or scan a QR code: run this again with --qr-file FILE\n"
	}
	back = func() {}
	beside := ""
	if draws {
		beside = sideBySide(drawn, head+inGroups(seed.Reveal(), 4)+text, width-wide)
	}
	text = head + inGroups(seed.Reveal(), 8) + text
	lines := strings.Count(say.Fit(text, width)+drawn, "\n")
	switch {
	case height > lines:
		back = a.OtherScreen()
	case beside != "" && height > high: // a window of the usual size
		back = a.OtherScreen()
		a.Draw(beside)
		return back, nil
	}
	ask.Print(text)
	if draws {
		a.Draw(drawn)
	}
	return back, nil
}

// besideLeast is the room in columns that text beside a picture takes at least: four
// groups of the seed.
const besideLeast = 26

// sideBySide puts text to the right of a drawn picture; empty if there is no room.
func sideBySide(drawn, text string, room int) string {
	const gap = "  "
	beside := strings.Split(strings.TrimSuffix(say.Fit(text, room-len(gap)), "\n"), "\n")
	rows := strings.Split(strings.TrimSuffix(drawn, "\n"), "\n")
	if room < besideLeast || len(beside) > len(rows) {
		return ""
	}
	for i, line := range beside {
		rows[i] += gap + line
	}
	return strings.Join(rows, "\n") + "\n"
}

// deviceURI is what the QR code says: as AWS's console writes it, less the
// issuer said twice, so that it fits a small window.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
func deviceURI(e NewDevice, seed code) string {
	return "otpauth://totp/Amazon%20Web%20Services:" + url.PathEscape(e.User+"@"+e.Account) + "?secret=" + seed.Reveal()
}

// inGroups writes a seed in groups of four letters, so many on a line.
func inGroups(seed string, onLine int) string {
	var b strings.Builder
	for i := 0; i < len(seed); i += 4 {
		b.WriteString(map[bool]string{true: "\n  ", false: " "}[i%(4*onLine) == 0])
		b.WriteString(seed[i:min(i+4, len(seed))])
	}
	return strings.TrimPrefix(b.String(), "\n") + "\n"
}

// picture is the QR code in a file, for as long as somebody may scan it.
type picture struct {
	file *os.File // nil: none is wanted
}

// newPicture makes the file, which must not be there: what is in it is a
// secret, and what was in it is somebody's.
func newPicture(path string) (*picture, error) {
	if path == "" {
		return &picture{}, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, failure.New(failure.Usage, "the file for the QR code already exists: %s", path).Hint("choose a new one: --qr-file FILE")
	case err != nil:
		return nil, failure.New(failure.Other, "the file for the QR code cannot be created: %s", err.Error())
	}
	return &picture{f}, nil
}

func (p *picture) write(uri string) error {
	if p.file == nil {
		return nil
	}
	data, err := qr.PNG(uri)
	if err == nil {
		_, err = p.file.Write(data)
	}
	if err != nil {
		return failure.New(failure.Other, "the QR code was not written: %s", err.Error())
	}
	return nil
}

// remove removes the file that newPicture made.
func (p *picture) remove(report broker.Reporter) {
	if p.file == nil {
		return
	}
	p.file.Close()
	if err := os.Remove(p.file.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		report.Warn("the QR code is a secret and could not be deleted: " + p.file.Name())
		return
	}
	report.Step("the QR code in " + p.file.Name() + " was deleted")
}
