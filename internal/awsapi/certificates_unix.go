//go:build unix && !darwin

package awsapi

// certificateVariables name certificates that Go takes in place of the system's
// (crypto/x509, root_unix.go).
var certificateVariables = []string{"SSL_CERT_FILE", "SSL_CERT_DIR"}

// systemDirectories hold the files of the system, NixOS's among them.
var systemDirectories = []string{"/etc/", "/usr/share/", "/usr/lib/", "/usr/local/share/certs/", "/nix/store/"}
