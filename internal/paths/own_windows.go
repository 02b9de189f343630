package paths

// CheckOwn has nothing to check: an elevated process keeps its user's profile.
func CheckOwn(string) error { return nil }
