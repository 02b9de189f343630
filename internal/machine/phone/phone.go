// Package phone is the camera of an authenticator app: it finds the MFA device
// that a screen shows, and reads the QR code drawn there.
package phone

import (
	"fmt"
	"image"
	"image/color"
	"net/url"
	"regexp"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

var (
	// asText is the name of a device and its seed, in two lines of groups.
	asText = regexp.MustCompile(`(?m)^MFA device (\S+) for .*\n.*\n((?:  (?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\n){2})`)
	// drawn is a line of a QR code: black on white, whatever the terminal's
	// colours are.
	drawn = regexp.MustCompile(`^(?:\x1b\[[0-9;]*m)+([ ▀▄█]+)\x1b\[[0-9;]*m$`)
)

// Read finds the last device on a screen: its seed as text and in the QR code,
// if one is drawn, which has to say the same. An empty seed: there is none.
func Read(screen string) (name, seed string, err error) {
	screen = strings.ReplaceAll(screen, "\r", "")
	all := asText.FindAllStringSubmatch(screen, -1)
	if all == nil {
		return "", "", nil
	}
	last := all[len(all)-1]
	name, seed = last[1], strings.Join(strings.Fields(last[2]), "")
	lines := Drawn(screen)
	if lines == nil {
		return name, seed, nil
	}
	text, err := scan(lines)
	if err != nil {
		return "", "", fmt.Errorf("the QR code on the screen: %w", err)
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != seed {
		return "", "", fmt.Errorf("the QR code says something else than the seed: %q", text)
	}
	return name, seed, nil
}

// Drawn finds the lines of the last QR code on a screen; nil if there is none.
func Drawn(screen string) (lines []string) {
	inside := false
	for _, l := range strings.Split(strings.ReplaceAll(screen, "\r", ""), "\n") {
		m := drawn.FindStringSubmatch(l)
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

// scan reads a code from its lines of half blocks.
func scan(lines []string) (string, error) {
	const module, margin = 4, 4
	img := image.NewGray(image.Rect(0, 0, (len([]rune(lines[0]))+2*margin)*module, (2*len(lines)+2*margin)*module))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for y, line := range lines {
		for x, c := range []rune(line) {
			for half, blocks := range []string{"█▀", "█▄"} {
				for i := 0; strings.ContainsRune(blocks, c) && i < module*module; i++ {
					img.SetGray((margin+x)*module+i%module, (margin+2*y+half)*module+i/module, color.Gray{0})
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
