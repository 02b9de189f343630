package notes

import "time"

// GitPassword is written down before AWS is asked for a password for Git. One that was made
// soon after the intent, is not in Listed and not in the keychain is one that nobody knows.
type GitPassword struct {
	Version int       `json:"version"`
	Key     string    `json:"key"`    // as the keychain names it
	ARN     string    `json:"arn"`    // of the user
	Listed  []string  `json:"listed"` // ids of the user's passwords just before
	Intent  time.Time `json:"intent"` // by AWS's clock
}

// GitPasswordFile is the note of a new password of the user of a key.
func GitPasswordFile(state, key string) string { return file(state, gitPasswordPrefix, key) }

const gitPasswordPrefix = "git-password-"

func (n GitPassword) stamped() GitPassword { n.Version = n.newest(); return n }
func (n GitPassword) isWhole() bool        { return n.Key != "" && n.ARN != "" }
func (GitPassword) newest() int            { return 1 }
