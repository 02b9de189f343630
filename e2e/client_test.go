package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// client is a real program that works through a profile.
type client struct {
	name     string
	required bool // must be there where AWSBROKER_MUST_NOT_SKIP is set
	// version finds the program; empty where there is none.
	version func() string
	// identity is a command line that prints who it is; an empty profile
	// leaves it to the environment.
	identity func(w *world, profile string) []string
	// failure is what it says when awsbroker fails, beside our own line.
	failure string
	// hides says that our own line is not shown.
	hides bool
}

const botocoreFailure = "Error when retrieving credentials from custom-process: "

var clients = []*client{awsCLI2, awsCLI1, boto3Debian, boto3New, goSDK, awsBase, jsSDK, terraform}

var awsCLI2 = &client{
	name: "aws-cli-debian", required: true, failure: botocoreFailure,
	version:  func() string { return firstLine("/usr/bin/aws", "--version") },
	identity: func(w *world, profile string) []string { return cliIdentity(w, "/usr/bin/aws", profile) },
}

var awsCLI1 = &client{
	name: "aws-cli-v1", failure: botocoreFailure,
	version:  func() string { return firstLine(besideNewPython("aws"), "--version") },
	identity: func(w *world, profile string) []string { return cliIdentity(w, besideNewPython("aws"), profile) },
}

var boto3Debian = &client{
	name: "boto3-debian", required: true, failure: botocoreFailure,
	version:  func() string { return boto3Version("/usr/bin/python3") },
	identity: func(_ *world, profile string) []string { return boto3Identity("/usr/bin/python3", profile) },
}

var boto3New = &client{
	name: "boto3-new", failure: botocoreFailure,
	version:  func() string { return boto3Version(besideNewPython("python3")) },
	identity: func(_ *world, profile string) []string { return boto3Identity(besideNewPython("python3"), profile) },
}

var goSDK = &client{
	name: "go-sdk-v2", required: true, failure: "process provider error",
	version: func() string { return firstLine(program("gosdk"), "-version") },
	identity: func(_ *world, profile string) []string {
		return withProfile([]string{program("gosdk")}, "-profile", profile)
	},
}

var awsBase = &client{
	name: "aws-sdk-go-base", required: true, failure: "No valid credential sources found",
	version: func() string { return firstLine(program("awsbase"), "-version") },
	identity: func(_ *world, profile string) []string {
		return withProfile([]string{program("awsbase")}, "-profile", profile)
	},
}

var jsSDK = &client{
	// The default chain goes on after a failure and forgets it.
	name: "js-sdk-v3", required: true, failure: "Could not load credentials from any providers", hides: true,
	version: jsVersion,
	identity: func(w *world, profile string) []string {
		return withProfile([]string{"node", absolute("clients/js/identity.mjs")}, "--profile", profile)
	},
}

// withProfile adds the profile if it is to be named.
func withProfile(argv []string, flag, profile string) []string {
	if profile != "" {
		argv = append(argv, flag, profile)
	}
	return argv
}

// cliIdentity names the endpoint: version 2.9 does not know the variable.
func cliIdentity(w *world, file, profile string) []string {
	argv := []string{file, "--endpoint-url", w.URL, "sts", "get-caller-identity", "--query", "Arn", "--output", "text"}
	return withProfile(argv, "--profile", profile)
}

func boto3Identity(python, profile string) []string {
	return withProfile([]string{python, absolute("clients/python/identity.py")}, "--profile", profile)
}

func boto3Version(python string) string {
	if v := firstLine(python, "-c", "import boto3; print(boto3.__version__)"); v != "" {
		return "boto3 " + v
	}
	return ""
}

func jsVersion() string {
	const script = `import p from "@aws-sdk/client-sts/package.json" with {type: "json"}; console.log(p.version)`
	cmd := exec.Command("node", "--input-type=module", "--no-warnings", "-e", script)
	cmd.Dir = "clients/js"
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return "@aws-sdk/client-sts " + strings.TrimSpace(string(out)) + ", node " + firstLine("node", "--version")
}

// besideNewPython finds a program that was installed with a Python other than
// Debian's, the first on PATH; empty where there is none. (What PATH names may
// be a shim that needs its own HOME.)
func besideNewPython(name string) string {
	python := firstLine("python3", "-c", "import sys; print(sys.executable)")
	if python == "" || filepath.Dir(python) == "/usr/bin" {
		return ""
	}
	return filepath.Join(filepath.Dir(python), name)
}

func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		panic(err) // there is no working directory
	}
	return abs
}

// firstLine of what a program prints; empty where it fails.
func firstLine(argv ...string) string {
	if argv[0] == "" {
		return ""
	}
	out, err := exec.Command(argv[0], argv[1:]...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line
}

// need skips the test on a machine without the client, unless it must not.
func (c *client) need(t *testing.T) {
	t.Helper()
	y := tallyOf(c)
	if y.version == "" {
		y.version = c.version()
	}
	switch {
	case y.version != "":
		y.tests++
	case c.required && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1":
		t.Fatalf("%s is not here", c.name)
	default:
		t.Skipf("%s is not here", c.name)
	}
}
