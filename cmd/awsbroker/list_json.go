package main

import (
	"io"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/socket"
)

// The JSON of list is part of the interface: snake_case, RFC 3339 times in UTC,
// null for what is not there.
type listJSON struct {
	Keystore string         `json:"keystore"`
	Keys     []keyJSON      `json:"keys"`
	Profiles []profileJSON  `json:"profiles"`
	NotSetUp []notSetUpJSON `json:"not_set_up"`
	Servers  []serverJSON   `json:"servers"`
	Agents   []permitJSON   `json:"agents"`
}

// permitJSON is a coding agent that may have a session without a question.
type permitJSON struct {
	Agent   string    `json:"agent"`
	PID     int       `json:"pid"`
	Profile string    `json:"profile"`
	Expires time.Time `json:"expires"`
	Left    *int      `json:"seconds_left"`
}

// serverJSON is a server (awsbroker serve) that runs.
type serverJSON struct {
	Profile string    `json:"profile"`
	At      string    `json:"at"`
	Limits  string    `json:"limits"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
}

// notSetUpJSON is a profile that could be served. Key is empty where another profile's
// role assumes that of the profile.
type notSetUpJSON struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

type keyJSON struct {
	Name        string     `json:"name"`
	AccessKeyID string     `json:"access_key_id"`
	ARN         string     `json:"arn"`
	Added       time.Time  `json:"added"`
	Rotated     *time.Time `json:"rotated"`
	Profiles    []string   `json:"profiles"`
	Root        bool       `json:"root"`
	Expires     *time.Time `json:"expires"` // of a root key
}

type profileJSON struct {
	Name       string     `json:"name"`
	Key        string     `json:"key"`
	RoleARN    string     `json:"role_arn"`
	MFASerial  string     `json:"mfa_serial"`
	Unknown    bool       `json:"session_unknown"` // the keychain seals it, and is not opened for a list
	Expiration *time.Time `json:"session_expiration"`
	Left       *int       `json:"session_seconds_left"`
	MFAEnds    *time.Time `json:"mfa_session_expiration"` // of the session that renews it without a code
	MFALeft    *int       `json:"mfa_session_seconds_left"`
	Problem    string     `json:"problem"`
}

func writeListJSON(out io.Writer, o broker.Overview, waiting []keychain.Use, running []*socket.Running, now time.Time) error {
	l := listJSON{Keystore: string(o.Keystore), Keys: []keyJSON{}, Profiles: []profileJSON{}, NotSetUp: []notSetUpJSON{}, Servers: []serverJSON{}, Agents: []permitJSON{}}
	for _, r := range running {
		l.Servers = append(l.Servers, serverJSON{r.Profile, r.At, r.Limits, r.PID, r.Since})
	}
	for _, use := range waiting {
		l.NotSetUp = append(l.NotSetUp, notSetUpJSON{use.Profile, use.Key})
	}
	for _, k := range o.Keys {
		l.Keys = append(l.Keys, keyJSON{k.Name, k.AccessKeyID, k.ARN, k.Added, orNull(k.Rotated), append([]string{}, k.Profiles...), k.Root, orNull(k.Expires)})
	}
	for _, p := range o.Profiles {
		l.Profiles = append(l.Profiles, profileJSON{p.Name, p.Key, p.RoleARN, p.MFASerial, p.Unknown, orNull(p.Expiration), secondsLeft(p.Expiration, now), orNull(p.MFASession), secondsLeft(p.MFASession, now), p.Problem})
	}
	for _, p := range o.Permits {
		if !p.Denied && p.Job == 0 {
			l.Agents = append(l.Agents, permitJSON{p.Agent, p.Life.PID, p.Profile, p.Ends.UTC().Truncate(time.Second), secondsLeft(p.Ends, now)})
		}
	}
	return writeJSON(out, l)
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// secondsLeft returns the seconds until t; nil, JSON's null, if there is no t.
func secondsLeft(t, now time.Time) *int {
	if t.IsZero() {
		return nil
	}
	left := max(0, int(t.Sub(now)/time.Second))
	return &left
}
