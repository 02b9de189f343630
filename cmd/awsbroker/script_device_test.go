//go:build !windows

package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"
)

// phone is the authenticator app of a person in the stories. It has an entry
// for every device that a screen showed, in this command or in one before.
type phone struct {
	Entries map[string]*entry // by the name of the device
	Last    string            // the one that was shown last
}

type entry struct {
	Seed string
	Step int64 // of the code that it gave last
}

// phoneFile keeps it from one command to the next.
const phoneFile = "phone.json"

// The answers that a phone gives: codes of the device that the question names,
// or else of the one that was shown last.
var phoneAnswers = map[string]string{
	"^CODE":  "the next code that was not given before",
	"^AGAIN": "the code that was given last",
	"^SKIP":  "the code after the next one",
}

// dial is the code that an answer stands for. Codes begin one step in the
// past, which AWS takes, so that three in a row need no waiting, or five if
// $PHONE is slow; one that is too far ahead is waited for.
func dial(answer, screen string) (string, error) {
	path := filepath.Join(os.Getenv("WORK"), phoneFile)
	p := phone{Entries: map[string]*entry{}}
	if data, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(data, &p); err != nil {
			return "", err
		}
	}
	name, seed, err := shownOn(screen)
	if err != nil {
		return "", err
	}
	if seed != "" && (p.Entries[name] == nil || p.Entries[name].Seed != seed) {
		p.Entries[name], p.Last = &entry{Seed: seed}, name
	}
	name = p.Last
	if m := regexp.MustCompile(`MFA code of \S+[:/](\S+?)[,:][^\n]*$`).FindStringSubmatch(screen); m != nil {
		name = m[1]
	}
	e := p.Entries[name]
	if e == nil {
		return "", fmt.Errorf("no screen showed the device %q", name)
	}
	now := func() int64 { return time.Now().Unix() / 30 }
	behind := int64(1)
	if os.Getenv("PHONE") == "slow" {
		behind = 3
	}
	switch answer {
	case "^CODE":
		e.Step = max(e.Step+1, now()-behind)
	case "^SKIP":
		e.Step = max(e.Step+2, now())
	}
	for now() < e.Step-1 {
		time.Sleep(50 * time.Millisecond)
	}
	data, err := json.Marshal(p)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		return "", err
	}
	return totp.GenerateCode(e.Seed, time.Unix(e.Step*30, 0))
}

// shownOn finds the last device on a screen: its seed as text, and in the QR
// code, if one is drawn, which has to say the same. Empty: there is none.
func shownOn(screen string) (name, seed string, err error) {
	screen = strings.ReplaceAll(screen, "\r", "")
	all := regexp.MustCompile(`(?m)^MFA device (\S+) for .*\n.*\n((?:  (?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\n){2})`).FindAllStringSubmatch(screen, -1)
	if all == nil {
		return "", "", nil
	}
	last := all[len(all)-1]
	name, seed = last[1], strings.Join(strings.Fields(last[2]), "")
	drawn := drawnOn(screen)
	if drawn == nil {
		return name, seed, nil
	}
	text, err := readQR(drawn)
	if err != nil {
		return "", "", fmt.Errorf("the QR code on the screen: %w", err)
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != seed {
		return "", "", fmt.Errorf("the QR code says something else than the seed: %q", text)
	}
	return name, seed, nil
}

// drawnOn finds the lines of the last QR code on a screen; nil if there is none.
func drawnOn(screen string) (lines []string) {
	line := regexp.MustCompile(`^\x1b\[30;47m\x1b\[38;5;16;48;5;231m([ ▀▄█]+)\x1b\[0m$`)
	inside := false
	for _, l := range strings.Split(screen, "\n") {
		m := line.FindStringSubmatch(l)
		if m == nil {
			inside = false
			continue
		}
		if !inside {
			lines, inside = nil, true
		}
		lines = append(lines, m[1])
	}
	return lines
}

// readQR reads a code from its lines of half blocks.
func readQR(lines []string) (string, error) {
	const module = 4
	img := image.NewGray(image.Rect(0, 0, len([]rune(lines[0]))*module, 2*len(lines)*module))
	for y, line := range lines {
		for x, c := range []rune(line) {
			for half, blocks := range []string{"█▀", "█▄"} {
				shade := color.Gray{255}
				if strings.ContainsRune(blocks, c) {
					shade.Y = 0
				}
				for i := range module * module {
					img.SetGray(x*module+i%module, (2*y+half)*module+i/module, shade)
				}
			}
		}
	}
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

func (s *story) abandon(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "abandon NAME")
	s.aws.Account.AddMFADevice(args[0])
}

func (s *story) unenroll(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "unenroll NAME")
	s.aws.Account.Device("arn:aws:iam::123456789012:mfa/" + args[0]).Disable()
}

func (s *story) passkey(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "passkey NAME")
	s.aws.User.AddSecurityKey(args[0])
}

func (s *story) hardware(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "hardware SERIAL")
	s.aws.User.AddHardwareToken(args[0])
}

func (s *story) allow(ts *testscript.TestScript, args []string) {
	arguments(ts, args, 1, "allow FILE")
	s.aws.Group.RemoveUser(s.aws.User)
	ts.Check(s.aws.User.PutPolicy("allowed", ts.ReadFile(args[0])))
}
