package answers

import (
	"time"

	"golang.org/x/sys/windows"
)

// uptime in seconds.
func uptime() int64 { return int64(windows.DurationSinceBoot() / time.Second) }
