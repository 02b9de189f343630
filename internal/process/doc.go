// Package process tells when another process has ended, which need not be a child.
package process
