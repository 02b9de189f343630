package paths

// Relative to the home directory; %LocalAppData% is there unless it was moved.
const (
	stateDir = `AppData\Local`
	dataDir  = `AppData\Local`
	cacheDir = `AppData\Local`
)
