//go:build race

package brokertest

// RaceDetector reports whether it is on.
const RaceDetector = true
