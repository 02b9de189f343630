package awsapi

// certificateVariables: Go asks the system, whatever the environment says.
var certificateVariables []string

// systemDirectories: the system's certificates are in no files.
var systemDirectories []string
