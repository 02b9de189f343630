package early

import (
	"os"

	"github.com/awsbroker/awsbroker/internal/variables"
)

// Call is a command line that may be answered early.
type Call struct {
	Command string // credential-process, exec, export or prompt
	Profile string
	Format  string   // of what is printed
	Child   []string // of exec
	Env     bool     // exec gives its child the session, whatever that can do
}

// Parse understands the command lines that people and tools write most, the program's name
// first. ok is false for all others, which main understands. What it takes, main would read
// likewise (FuzzEarly in cmd/awsbroker), if the first word of exec is a profile.
func Parse(args []string) (c Call, ok bool) {
	if len(args) < 2 {
		return c, false
	}
	c.Command = args[1]
	switch c.Command {
	case "credential-process":
		c.Format = "json"
		if len(args) == 4 && args[2] == "--profile" {
			c.Profile = args[3]
		}
		return c, c.Profile != ""
	case "prompt":
		c.Profile, ok = os.Getenv(variables.ProfileName), len(args) == 2
	case "exec":
		ok = c.parseExec(args[2:])
	case "export":
		c.Format = "env"
		ok = c.parseExport(args[2:])
	}
	// A helper of ours that comes back to its own profile is refused.
	return c, ok && c.chooseProfile() && os.Getenv("_AWSBROKER_PROFILE_CHAIN") == ""
}

// parseExec: see cmd/awsbroker/exec_words.go. A first word without flags and dashes
// before it may be a profile. It is one if there is an answer for it, and main tells
// where there is a program of that name as well.
func (c *Call) parseExec(args []string) bool {
	for len(args) > 0 && args[0] != "--" && (c.profileFlag(&args) || c.envFlag(&args)) {
	}
	switch {
	case len(args) == 0 || args[0] != "--" && (args[0] == "" || args[0][0] == '-'):
		return false
	case args[0] == "--":
		c.Child = args[1:]
	case c.Profile != "":
		c.Child = args
	case len(args) < 2 || args[1] != "--" && (args[1] == "" || args[1][0] == '-'):
		return false
	default:
		if _, program := find(args[0]); program {
			return false
		}
		c.Profile, c.Child = args[0], args[1:]
		if args[1] == "--" {
			c.Child = args[2:]
		}
	}
	return len(c.Child) > 0
}

func (c *Call) parseExport(args []string) bool {
	for len(args) > 0 && (c.profileFlag(&args) || c.flag(&args, "--format", &c.Format)) {
	}
	if len(args) == 1 && c.Profile == "" && args[0] != "" && args[0][0] != '-' {
		c.Profile, args = args[0], nil
	}
	return len(args) == 0
}

func (c *Call) profileFlag(args *[]string) bool {
	return c.flag(args, "--profile", &c.Profile) || c.flag(args, "-p", &c.Profile)
}

func (c *Call) envFlag(args *[]string) bool {
	if (*args)[0] != "--env" {
		return false
	}
	c.Env, *args = true, (*args)[1:]
	return true
}

// flag takes a flag and its value from the front of args, if they are there. An empty value
// after = is left to main, which takes -p= for the value "=".
func (c *Call) flag(args *[]string, name string, value *string) bool {
	first := (*args)[0]
	switch {
	case first == name && len(*args) > 1:
		*value, *args = (*args)[1], (*args)[2:]
	case len(first) > len(name)+1 && first[:len(name)] == name && first[len(name)] == '=':
		*value, *args = first[len(name)+1:], (*args)[1:]
	default:
		return false
	}
	return true
}

// chooseProfile as main does, as far as that takes no look into files.
func (c *Call) chooseProfile() bool {
	for _, v := range [...]string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if c.Profile == "" {
			c.Profile = os.Getenv(v)
		}
	}
	return c.Profile != ""
}
