package awsapi

// certificateVariables: Go asks the system, whatever the environment says.
var certificateVariables []string

// systemDirectories hold the files of the system; /etc is a link.
var systemDirectories = []string{"/private/etc/"}
