package credential

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretNeverPrints(t *testing.T) {
	const canary = "canary/wJalrXUtnFEMI"
	c := Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: NewSecret(canary), SessionToken: NewSecret(canary)}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", &c)
		fmt.Fprintf(&out, verb+"\n", c.SecretAccessKey)
	}
	if err := json.NewEncoder(&out).Encode(c); err != nil {
		t.Fatal(err)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "credentials", c, "secret", c.SecretAccessKey)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "credentials", c, "secret", c.SecretAccessKey)
	fmt.Fprint(&out, errors.Join(fmt.Errorf("wrapped: %v", c)))

	for _, bad := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("the secret is in the output as %q", bad)
		}
	}
	if got := c.SecretAccessKey.Reveal(); got != canary {
		t.Errorf("Reveal() = %q", got)
	}
	if c.SecretAccessKey.IsEmpty() || !(Secret{}).IsEmpty() || !c.Temporary() {
		t.Error("IsEmpty or Temporary is wrong")
	}
}
