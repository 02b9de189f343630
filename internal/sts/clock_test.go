package sts

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// TestEndIsByOurClock: a session ends an hour from now on this machine's clock,
// however far that is off; and a code goes out, signed with AWS's time, even where AWS
// threw the first request away for its time.
func TestEndIsByOurClock(t *testing.T) {
	for ahead, requests := range map[time.Duration]int{0: 1, 10 * time.Minute: 1, -10 * time.Minute: 1, time.Hour: 2, -time.Hour: 2, 20 * time.Minute: 2} {
		t.Run(ahead.String(), func(t *testing.T) {
			b := newBench(t)
			b.Server.Advance(-ahead)
			var wrong []time.Duration
			b.client.endpoint.Clock.Wrong = func(d time.Duration) { wrong = append(wrong, d) }
			s, err := b.assume(b.mfa(b.Device.Code()))
			if err != nil {
				t.Fatal(err)
			}
			wantLeft(t, s.Expiration, time.Hour)
			if n := len(b.Server.Calls("AssumeRole")); n != requests {
				t.Errorf("%d requests, want %d", n, requests)
			}
			if s, err = b.client.SessionToken(context.Background(), b.key, 30*time.Minute, MFA{}); err != nil {
				t.Fatal(err)
			}
			wantLeft(t, s.Expiration, 30*time.Minute)
			if n := len(b.Server.Calls("GetSessionToken")); n != 1 {
				t.Errorf("what the first answer told was not used: %d requests for a second session", n)
			}
			if told := ahead != 0; told != (len(wrong) == 1) || told && (wrong[0]-ahead).Abs() > 3*time.Second {
				t.Errorf("told %v", wrong)
			}
		})
	}
}

func wantLeft(t *testing.T, end time.Time, want time.Duration) {
	t.Helper()
	if left := time.Until(end); (left - want).Abs() > 5*time.Second {
		t.Errorf("%s left, want %s", left, want)
	}
}

// TestNoLongerThanAskedFor: what answers may say that a session ends in the year 9999.
func TestNoLongerThanAskedFor(t *testing.T) {
	for _, ahead := range []time.Duration{0, -10 * time.Minute} {
		b := newBench(t)
		b.Server.Advance(-ahead)
		spoil := func(action string) {
			spoilAnswer(t, b, action, fmt.Sprintf("<Expiration>%d-", b.Server.Now().Year()), "<Expiration>9999-")
		}
		spoil("AssumeRole")
		s, err := b.assume(b.mfa(b.Device.Code()))
		if err != nil {
			t.Fatal(err)
		}
		wantLeft(t, s.Expiration, time.Hour)
		for asked, want := range map[time.Duration]time.Duration{0: 12 * time.Hour, 20 * time.Minute: 20 * time.Minute} {
			spoil("GetSessionToken")
			if s, err = b.client.SessionToken(context.Background(), b.key, asked, MFA{}); err != nil {
				t.Fatal(err)
			}
			wantLeft(t, s.Expiration, want)
		}
	}
}

// TestEndedSession: what answers may say that a session ended long ago.
func TestEndedSession(t *testing.T) {
	b := newBench(t)
	spoilAnswer(t, b, "AssumeRole", fmt.Sprintf("<Expiration>%d-", b.Server.Now().Year()), "<Expiration>1999-")
	if s, err := b.assume(b.mfa(b.Device.Code())); !awsapi.Is(err, awsapi.Garbled) || s.AccessKeyID != "" {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestAnswersAreWellFormed: what would add a line to a file or a variable is no answer
// of AWS, whatever call it answers.
func TestAnswersAreWellFormed(t *testing.T) {
	for _, field := range []string{"AccessKeyId", "SecretAccessKey", "SessionToken"} {
		for _, text := range []string{"&#10;x", "&#13;", " x", "&#x2019;x"} {
			b := newBench(t)
			spoilAnswer(t, b, "", "</"+field+">", text+"</"+field+">")
			if s, err := b.assume(b.mfa(b.Device.Code())); !awsapi.Is(err, awsapi.Garbled) {
				t.Errorf("AssumeRole, %s with %q: %+v, %v", field, text, s, err)
			}
			if s, err := b.client.SessionToken(context.Background(), b.key, 0, MFA{}); !awsapi.Is(err, awsapi.Garbled) {
				t.Errorf("GetSessionToken, %s with %q: %+v, %v", field, text, s, err)
			}
		}
	}
}

// spoilAnswer has text replaced in the answers to an action; "" is all.
func spoilAnswer(t *testing.T, b *bench, action, text, by string) {
	t.Helper()
	f := fakeaws.Fault{Kind: fakeaws.FaultAlias, Action: action, Name: text, Alias: by, Times: 1}
	if action == "" {
		f.Times = -1
	}
	if err := b.Server.AddFault(f); err != nil {
		t.Fatal(err)
	}
}
