package mfa

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/qr"
	"github.com/awsbroker/awsbroker/internal/say"
)

// showDevice shows a person what their authenticator app has to know: the seed
// in groups of four, which can be typed, and the QR code below it, where the
// question will stand.
func showDevice(ask prompt.Prompter, a *broker.Asker, picture *picture, e NewDevice, seed code) error {
	uri := deviceURI(e, seed)
	if err := picture.write(uri); err != nil {
		return err
	}
	var b strings.Builder
	say.Fprintf(&b, "MFA device %s for %s\ntype this key into an authenticator app (time-based):\n",
		e.Name, e.User+"@"+e.Account)
	b.WriteString(inGroups(seed.Reveal()))
	drawn, err := qr.Text(uri)
	draws := err == nil && a.AtTerminal() && qr.Drawable()
	wide, have := columns(drawn), a.Width()
	narrow := draws && have > 0 && wide > have
	draws = draws && !narrow
	switch {
	case picture.file != nil:
		say.Fprintf(&b, "or scan the QR code in %s; awsbroker will delete it afterwards\n", picture.file.Name())
	case draws:
		b.WriteString("or scan this:\n")
	case narrow:
		say.Fprintf(&b, "or scan a QR code: it needs %d columns, but this window has %d; make it wider and run this again, or use --qr-file FILE\n", wide, have)
	default:
		b.WriteString("or scan a QR code: run this again with --qr-file FILE\n")
	}
	ask.Print(b.String())
	if draws {
		a.Draw(drawn)
	}
	return nil
}

// columns returns how many characters wide a drawn picture is, without what colours it.
func columns(drawn string) int {
	line, _, _ := strings.Cut(drawn, "\n")
	wide := 0
	for i, part := range strings.Split(line, "\x1b[") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		wide += utf8.RuneCountInString(part)
	}
	return wide
}

// deviceURI is what the QR code says: as AWS's console writes it, less the
// issuer said twice, so that it fits a small window.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
func deviceURI(e NewDevice, seed code) string {
	return "otpauth://totp/Amazon%20Web%20Services:" + url.PathEscape(e.User+"@"+e.Account) + "?secret=" + seed.Reveal()
}

// inGroups writes a seed in groups of four letters, eight on a line.
func inGroups(seed string) string {
	var b strings.Builder
	for i := 0; i < len(seed); i += 4 {
		b.WriteString(map[bool]string{true: "\n  ", false: " "}[i%32 == 0])
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
		return failure.New(failure.Other, "the QR code cannot be written: %s", err.Error())
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
