//go:build !linux

package main

// dropPages: other systems take back by themselves what they need.
func dropPages() {}
