package paths

const (
	stateDir = "Library/Application Support"
	dataDir  = "Library/Application Support"
	cacheDir = "Library/Caches"
)
