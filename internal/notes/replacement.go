package notes

// Replacement is written down before an MFA device goes whose place another has
// taken: once the device has gone, nothing in AWS tells that it was there, and a
// run that was killed then could not be told from one that names a wrong device.
type Replacement struct {
	Version int    `json:"version"`
	User    string `json:"user"` // ARN
	Old     string `json:"old"`  // serial numbers
	New     string `json:"new"`
}

// ReplacementFile is the note of a user's device that is being replaced.
func ReplacementFile(state, userARN string) string { return file(state, "mfa-", userARN) }

func (n Replacement) stamped() Replacement { n.Version = n.newest(); return n }
func (n Replacement) isWhole() bool        { return n.User != "" }
func (Replacement) newest() int            { return 1 }
