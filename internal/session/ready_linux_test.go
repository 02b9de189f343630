package session

import (
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
)

// TestNextGenerationDropsAnswers: the secrets go, and not only their validity.
func TestNextGenerationDropsAnswers(t *testing.T) {
	p := world(t)
	t.Setenv("HOME", p.State)
	for _, v := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "XDG_STATE_HOME"} {
		t.Setenv(v, "")
	}
	c := testCache(t)
	s := testSession("ASIAONE", time.Now().Add(time.Hour))
	call := NewCall("a", p)
	call.taken = time.Now().Add(time.Minute)
	if err := c.Put("cache key", s); err != nil {
		t.Fatal(err)
	}
	if err := c.KeepReady(call, "cache key", s, Terms{Known: known, MinLeft: 5 * time.Minute, CommandMinLeft: 15 * time.Minute, Region: "eu-central-1"}); err != nil {
		t.Skipf("the kernel keeps no keys here: %v", err)
	}
	a, _ := answers.Find("a", make([]byte, answers.MostName+answers.MostBytes))
	if a == nil || a.AccessKeyID != "ASIAONE" || a.Region != "eu-central-1" || a.Log != "" || a.RoleARN != known.RoleARN {
		t.Fatal("it is not what is found")
	}
	if left := time.Until(time.Unix(a.Until, 0)); left > 55*time.Minute || left < 54*time.Minute {
		t.Errorf("it answers for %v", left)
	}
	if left := time.Until(time.Unix(a.CommandUntil, 0)); left > 45*time.Minute || left < 44*time.Minute {
		t.Errorf("it answers a command for %v", left)
	}
	if err := NextGeneration(p); err != nil {
		t.Fatal(err)
	}
	if id, _, err := answersRing(p.State); err == nil {
		t.Errorf("the keyring %d is still there", id)
	}
}
