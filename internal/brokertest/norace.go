//go:build !race

package brokertest

const RaceDetector = false
