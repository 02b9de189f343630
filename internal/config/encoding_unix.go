//go:build !windows

package config

// localEncodingIsUTF8 is that botocore reads the files as UTF-8, and refuses
// what is not.
const localEncodingIsUTF8 = true
