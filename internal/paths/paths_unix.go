//go:build !windows && !darwin

package paths

const (
	stateDir = ".local/state"
	dataDir  = ".local/share"
	cacheDir = ".cache"
)
