package totp

import (
	"encoding/base32"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
func TestCodesOfTheRFC(t *testing.T) {
	k, err := Parse(credential.NewSecret(base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := k.Code(time.Unix(at, 0)); got != want {
			t.Errorf("at %d it is %s, not %s", at, got, want)
		}
	}
}

const seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

func TestSeedsAsPeopleCopyThem(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	want, _ := Parse(credential.NewSecret("JBSWY3DPEHPK3PXP"))
	for _, text := range []string{"jbsw y3dp ehpk 3pxp", "JBSW-Y3DP-EHPK-3PXP", " JBSWY3DPEHPK3PXP====="} {
		got, err := Parse(credential.NewSecret(text))
		if err != nil || got.Code(at) != want.Code(at) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "  ", "0189", "JBSWY3DP!", "J"} {
		if _, err := Parse(credential.NewSecret(text)); err != errSeed {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBehind(t *testing.T) {
	k, _ := Parse(credential.NewSecret(seed))
	now := time.Unix(1_700_000_000, 0)
	for _, want := range []int{0, 1, -1, 7, -40} {
		code := k.Code(now.Add(-time.Duration(want) * Step))
		if got, found := k.Behind(code, now, time.Hour); !found || got != want {
			t.Errorf("%d steps behind: %d, %v", want, got, found)
		}
	}
	if _, found := k.Behind(k.Code(now.Add(-2*time.Hour)), now, time.Hour); found {
		t.Error("two hours are within one")
	}
	if _, found := k.Behind("12345", now, time.Hour); found {
		t.Error("five digits are a code")
	}
}
