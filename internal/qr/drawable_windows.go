package qr

// Drawable reports whether a terminal can be expected to show Text.
func Drawable() bool { return true }
