package early

import (
	"os"

	"github.com/awsbroker/awsbroker/internal/variables"
)

// call is a command line that may be answered early.
type call struct {
	command string // credential-process, exec, export or prompt
	profile string
	format  string   // of what is printed
	child   []string // of exec
	env     bool     // exec gives its child the session, whatever that can do
}

// parse understands the command lines that people and tools write most; ok is
// false for all others, which main understands.
func parse(args []string) (c call, ok bool) {
	if len(args) < 2 {
		return c, false
	}
	c.command = args[1]
	switch c.command {
	case "credential-process":
		c.format = "json"
		if len(args) == 4 && args[2] == "--profile" {
			c.profile = args[3]
		}
		return c, c.profile != ""
	case "prompt":
		c.profile, ok = os.Getenv(variables.ProfileName), len(args) == 2
	case "exec":
		ok = c.parseExec(args[2:])
	case "export":
		c.format = "env"
		ok = c.parseExport(args[2:])
	}
	// A helper of ours that comes back to its own profile is refused.
	return c, ok && c.chooseProfile() && os.Getenv("_AWSBROKER_PROFILE_CHAIN") == ""
}

// parseExec: see cmd/awsbroker/exec_words.go. A first word without flags and dashes
// before it may be a profile. It is one if there is an answer for it, and main tells
// where there is a program of that name as well.
func (c *call) parseExec(args []string) bool {
	for len(args) > 0 && args[0] != "--" && (c.profileFlag(&args) || c.envFlag(&args)) {
	}
	switch {
	case len(args) == 0 || args[0] != "--" && (args[0] == "" || args[0][0] == '-'):
		return false
	case args[0] == "--":
		c.child = args[1:]
	case c.profile != "":
		c.child = args
	case len(args) < 2 || args[1] != "--" && (args[1] == "" || args[1][0] == '-'):
		return false
	default:
		if _, program := find(args[0]); program {
			return false
		}
		c.profile, c.child = args[0], args[1:]
		if args[1] == "--" {
			c.child = args[2:]
		}
	}
	return len(c.child) > 0
}

func (c *call) parseExport(args []string) bool {
	for len(args) > 0 && (c.profileFlag(&args) || c.flag(&args, "--format", &c.format)) {
	}
	if len(args) == 1 && c.profile == "" && args[0] != "" && args[0][0] != '-' {
		c.profile, args = args[0], nil
	}
	return len(args) == 0
}

func (c *call) profileFlag(args *[]string) bool {
	return c.flag(args, "--profile", &c.profile) || c.flag(args, "-p", &c.profile)
}

func (c *call) envFlag(args *[]string) bool {
	if (*args)[0] != "--env" {
		return false
	}
	c.env, *args = true, (*args)[1:]
	return true
}

// flag takes a flag and its value from the front of args, if they are there.
func (c *call) flag(args *[]string, name string, value *string) bool {
	first := (*args)[0]
	switch {
	case first == name && len(*args) > 1:
		*value, *args = (*args)[1], (*args)[2:]
	case len(first) > len(name) && first[:len(name)] == name && first[len(name)] == '=':
		*value, *args = first[len(name)+1:], (*args)[1:]
	default:
		return false
	}
	return true
}

// chooseProfile as main does, as far as that takes no look into files.
func (c *call) chooseProfile() bool {
	for _, v := range [...]string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if c.profile == "" {
			c.profile = os.Getenv(v)
		}
	}
	return c.profile != ""
}
