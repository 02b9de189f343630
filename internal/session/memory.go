package session

import (
	"crypto/hmac"
	"encoding/hex"
	"slices"
	"time"
)

// Failure is how a question ended that brought no session. It is kept so that
// those who waited for its answer, and the second try that some callers make
// at once (the JavaScript SDK, Terraform's next provider), do not ask again.
type Failure struct {
	Ended   time.Time // when the question ended
	Job     int       // the job of the process that asked (JobID)
	Source  string    // who would have given a code; opaque here
	Reason  int       // the asker's classification, opaque here
	Message string    // one line, no secrets
	Hint    string
}

// failureLife is how long a job is answered with the failure it just had.
const failureLife = 5 * time.Second

// Applies reports whether a caller of job that began waiting at since gets
// this failure instead of a question of its own.
func (f Failure) Applies(job int, since, now time.Time) bool {
	age := now.Sub(f.Ended)
	if age < 0 || age > failureKept {
		return false // the clock was set since, or it is old news
	}
	return !since.After(f.Ended) || f.Job == job && age < failureLife
}

// failureKept is how long a failure is of interest to those who wait: none
// of them waits longer.
const failureKept = time.Minute

// Failed records how the question for the session of a cache key ended.
func (c *Cache) Failed(key string, f Failure) error {
	return c.writeJSON(kindFailure, key, f, f.Ended.Add(failureKept))
}

// Failure returns how the last question for a cache key ended, if it failed.
func (c *Cache) Failure(key string) (Failure, bool) {
	var f Failure
	ok := c.readJSON(kindFailure, key, &f)
	return f, ok
}

// declined is an early renewal that failed.
type declined struct {
	Expiration time.Time // of the session that was to be renewed
	Until      time.Time // when it may be tried again
}

// Decline notes that renewing s before its end was tried and failed. Until
// then it is served without another try.
func (c *Cache) Decline(key string, s Session, until time.Time) error {
	return c.writeJSON(kindDeclined, key, declined{s.Expiration, until}, s.Expiration)
}

// Declined reports whether an early renewal of s was tried, failed, and is not
// to be tried again at now.
func (c *Cache) Declined(key string, s Session, now time.Time) bool {
	var d declined
	return c.readJSON(kindDeclined, key, &d) && d.Expiration.Equal(s.Expiration) && now.Before(d.Until)
}

// codeLife covers every 30-second step in which AWS could take a code again:
// its own, and the one before and after it.
const codeLife = 2 * time.Minute

type usedCode struct {
	Hash string // keyed: the code itself is never written
	Used time.Time
}

// UseCode notes that code of an MFA device was sent to AWS, which takes each
// code once.
func (c *Cache) UseCode(device, code string, now time.Time) error {
	used := c.usedCodes(device, now)
	if c == nil {
		return errNoDir
	}
	used = append(used, usedCode{c.codeHash(device, code), now})
	return c.writeJSON(kindCodes, device, used, now.Add(codeLife))
}

// KeepCode takes back UseCode: AWS never saw the code.
func (c *Cache) KeepCode(device, code string, now time.Time) error {
	if c == nil {
		return nil
	}
	hash := c.codeHash(device, code)
	used := slices.DeleteFunc(c.usedCodes(device, now), func(u usedCode) bool { return u.Hash == hash })
	return c.writeJSON(kindCodes, device, used, now.Add(codeLife))
}

// CodeUsed reports whether code of an MFA device was sent to AWS shortly before now.
func (c *Cache) CodeUsed(device, code string, now time.Time) bool {
	for _, u := range c.usedCodes(device, now) {
		if hmac.Equal([]byte(u.Hash), []byte(c.codeHash(device, code))) {
			return true
		}
	}
	return false
}

// LastCode returns when a code of an MFA device was last sent to AWS; it is
// the zero time if that is longer ago than a code can matter.
func (c *Cache) LastCode(device string, now time.Time) time.Time {
	var last time.Time
	for _, u := range c.usedCodes(device, now) {
		if u.Used.After(last) {
			last = u.Used
		}
	}
	return last
}

func (c *Cache) usedCodes(device string, now time.Time) []usedCode {
	var all, recent []usedCode
	c.readJSON(kindCodes, device, &all)
	for _, u := range all {
		if now.Sub(u.Used) < codeLife {
			recent = append(recent, u)
		}
	}
	return recent
}

func (c *Cache) codeHash(device, code string) string {
	return hex.EncodeToString(mac(c.seal.names, "code\x00"+device+"\x00"+code))
}
