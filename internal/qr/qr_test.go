package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// device is the URI of an AWS device: its seeds have 64 characters.
func device(r *rand.Rand, account string) string {
	seed := make([]byte, 64)
	for i := range seed {
		seed[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[r.IntN(32)]
	}
	return fmt.Sprintf("otpauth://totp/Amazon%%20Web%%20Services:%s?secret=%s", url.PathEscape(account), seed)
}

// devices of short and long names.
func devices() []string {
	r := rand.New(rand.NewPCG(1, 2))
	var out []string
	for range 150 {
		name := make([]byte, 1+r.IntN(64))
		for i := range name {
			name[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@_-"[r.IntN(69)]
		}
		out = append(out, device(r, string(name)+"@123456789012"))
	}
	return out
}

// anything in ASCII, with runs of capitals.
func anything() []string {
	r := rand.New(rand.NewPCG(7, 8))
	out := []string{"A", "otpauth://totp/x?secret=A", strings.Repeat("A", 16) + "a" + strings.Repeat("B", 17)}
	for range 150 {
		text := make([]byte, 1+r.IntN(300))
		for i := range text {
			text[i] = byte(' ' + r.IntN(95))
			if i > 0 && r.IntN(20) > 0 && text[i-1] >= 'A' && text[i-1] <= 'Z' {
				text[i] = byte('A' + r.IntN(26))
			}
		}
		out = append(out, string(text))
	}
	return out
}

// picture is what a terminal with the given background shows, in module pixels
// a module.
func picture(t *testing.T, drawn string, background color.Gray, module int) image.Image {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(drawn, "\n"), "\n")
	bare := func(line string) []rune {
		line, ok1 := strings.CutPrefix(line, blackOnWhite)
		line, ok2 := strings.CutSuffix(line, asBefore)
		if !ok1 || !ok2 || strings.Contains(line, "\x1b") {
			t.Fatalf("a line has other colours: %q", line)
		}
		return []rune(line)
	}
	width := len(bare(lines[0]))
	img := image.NewGray(image.Rect(0, 0, (width+20)*module, (2*len(lines)+20)*module))
	for i := range img.Pix {
		img.Pix[i] = background.Y
	}
	for y, line := range lines {
		for x, c := range bare(line) {
			for half, blocks := range []string{"█▀", "█▄"} {
				shade := color.Gray{255}
				if strings.ContainsRune(blocks, c) {
					shade.Y = 0
				}
				for i := range module * module {
					img.SetGray((10+x)*module+i%module, (10+2*y+half)*module+i/module, shade)
				}
			}
		}
	}
	return img
}

// read a code: found in a picture as a phone does it, or, where the picture
// holds nothing but the code, without looking for it.
func read(img image.Image, how gozxing.DecodeHintType) (string, error) {
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{how: true})
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

const (
	found = gozxing.DecodeHintType_TRY_HARDER
	pure  = gozxing.DecodeHintType_PURE_BARCODE
)

// scan holds a phone in front of a terminal, and moves it: gozxing does not
// find one code in some hundred at the first look, zbarimg all of them.
func scan(t *testing.T, drawn string, background color.Gray) (text string, err error) {
	for _, module := range []int{4, 5, 3, 7} {
		if text, err = read(picture(t, drawn, background, module), found); err == nil {
			return text, nil
		}
	}
	return text, err
}

func TestDevicesRead(t *testing.T) {
	for _, text := range devices() {
		drawn, err := Text(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, background := range []color.Gray{{0}, {255}} {
			if got, err := scan(t, drawn, background); err != nil || got != text {
				t.Errorf("on background %d it reads %q (%v), not %q", background.Y, got, err, text)
			}
		}
	}
}

func TestAnythingReads(t *testing.T) {
	for _, text := range append(anything(), devices()...) {
		drawn, err := Text(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, line := range strings.Split(drawn, "\n") {
			if n := utf8.RuneCountInString(line) - len(blackOnWhite+asBefore); n > maxWidth {
				t.Errorf("a line of %d columns", n)
			}
		}
		if got, err := read(picture(t, drawn, color.Gray{255}, 4), pure); err != nil || got != text {
			t.Errorf("on the terminal it reads %q (%v), not %q", got, err, text)
		}
		data, err := PNG(text)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := read(img, pure); err != nil || got != text {
			t.Errorf("in a file it reads %q (%v), not %q", got, err, text)
		}
	}
}

// A second reader, which knows neither rsc.io/qr nor gozxing.
func TestZbarReads(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("AWSBROKER_MUST_NOT_SKIP") != "" {
			t.Fatal(err)
		}
		t.Skip("zbarimg is not installed")
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, background := range []color.Gray{{0}, {255}} {
		text := device(r, "phoebe@123456789012")
		drawn, err := Text(text)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, picture(t, drawn, background, 4)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "code.png")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(zbar, "--quiet", "--raw", file).Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != text {
			t.Errorf("zbarimg reads %q (%v), not %q", got, err, text)
		}
	}
}

// The code of a device stands in a window of 24 lines, with a question under
// it.
func TestDeviceFitsTheWindow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, account := range []string{"phoebe@123456789012", "firstname.lastname@an-account-alias"} {
		drawn, err := Text(device(r, account))
		if lines := strings.Count(drawn, "\n"); err != nil || lines > maxHeight {
			t.Errorf("%s: %d lines, %v", account, lines, err)
		}
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	if _, err := Text("pho\u00ebbe"); err == nil {
		t.Error("text that is not ASCII was drawn")
	}
	if _, err := Text(strings.Repeat("a", 600)); err != ErrTooLong {
		t.Errorf("600 characters: %v", err)
	}
	if _, err := PNG(strings.Repeat("a", 3000)); err != ErrTooLong {
		t.Errorf("3000 characters: %v", err)
	}
}
