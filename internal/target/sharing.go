package target

// Sharing is what targets must have in common to share one code.
type Sharing struct {
	key, device, endpoint string
}

// Sharing returns what the target could share a code by. ok is false if its session
// takes no code, or a code of its own.
func (t *Target) Sharing() (how Sharing, ok bool) {
	p := t.Profile
	return Sharing{p.KeyName, p.MFASerial, endpointKey(t.Endpoint)}, t.TakesCode() && p.RoleARN != "" && !t.NeedsOwnCode()
}
