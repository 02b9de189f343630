package start

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/paths"
)

// Go runs every linked package's init() before main. 99designs/keyring's
// connects to the D-Bus session bus there, through godbus 4.1.0, which runs
// dbus-launch when DBUS_SESSION_BUS_ADDRESS is not set (leaving a daemon
// behind), and waits without limit for a bus that accepts and is silent: even
// awsbroker --help would hang. The guard runs before them and hides the bus
// from commands that have no use for it, and from all when it does not answer.
//
// That it runs before them is a promise of Go's since 1.21: of the packages
// whose imports are initialised, the one whose path sorts first is next
// (https://go.dev/doc/go1.21#language). "github.com/awsbroker/…" sorts before
// "github.com/godbus/dbus". It also has to be ready as early: all that this
// package imports, godbus needs too, or it sorts before "net", which godbus
// waits for. TestGuardRunsBeforeGodbus holds that.

// environ is the environment from before the guard. It is a package variable
// because it is made before main and used long after.
var environ []string

// Environ is the environment as this process got it, which is the one that
// children get. os.Environ is not: the guard may have hidden the bus in it.
func Environ() []string {
	if environ == nil {
		return os.Environ()
	}
	return slices.Clone(environ)
}

// secretService is the one keystore that lives on the bus (keystore.SecretService;
// that package cannot be imported here, it is what has to wait).
const secretService = "secret-service"

// Commands that open no keystore, whatever is pinned.
var busless = []string{"", "help", "version", "completion", "__complete", "__completeNoDesc", "man", "list", "ls", "log"}

// Commands that may choose a keystore, or look at which there are.
var choosing = []string{"add", "bootstrap", "doctor", "keystore", "remove", "rm"}

// Flags before the command whose value is the next word.
var valued = []string{"--profile", "-p", "--region", "--keystore", "--prompt", "--mfa-code"}

// wantsBus decides whether the command line has a use for the session bus.
// env is AWSBROKER_KEYSTORE; pinned reads which keystore holds keys, "" for
// none. A wrong yes costs a probe of the bus; a wrong no would lock people out
// of their keys, so what is not known is a yes.
func wantsBus(args []string, env string, pinned func() string) bool {
	command, keystore, help := scan(args)
	if help || slices.Contains(busless, command) {
		return false
	}
	if keystore == "" {
		keystore = env
	}
	if keystore == "" {
		keystore = pinned()
	}
	if keystore == "" {
		return slices.Contains(choosing, command)
	}
	return keystore == secretService || command == "doctor" || command == "keystore" || command == "add" && fromAWSVault(args)
}

// fromAWSVault: aws-vault may keep its keys in another keystore than we do.
func fromAWSVault(args []string) bool {
	return slices.ContainsFunc(args, func(word string) bool { return strings.HasPrefix(word, "--from-aws-vault") })
}

// scan finds the command, the value of --keystore, and whether help is asked
// for, in os.Args.
func scan(args []string) (command, keystore string, help bool) {
	operands := 0
	for i := 1; i < len(args); i++ {
		word := args[i]
		switch {
		case word == "--":
			return command, keystore, help
		case word == "-h" || word == "--help" || word == "--version":
			help = true
		case strings.HasPrefix(word, "--keystore="):
			keystore = strings.TrimPrefix(word, "--keystore=")
		case slices.Contains(valued, word) && i+1 < len(args):
			i++
			if word == "--keystore" {
				keystore = args[i]
			}
		case strings.HasPrefix(word, "-"):
		default:
			if operands++; operands == 1 {
				command = word
			} else if command == "exec" {
				return command, keystore, help // the rest is the child's: exec aws --help
			}
		}
	}
	return command, keystore, help
}

// pinnedKeystore reads the pin from keystore.json. One without keys does not
// bind (keystore.Choose); one that cannot be read is for the keystore package
// to complain about.
func pinnedKeystore() string {
	data, err := os.ReadFile(paths.FromEnv().KeystoreFile())
	if err != nil {
		return ""
	}
	var record struct {
		Keystore string                     `json:"keystore"`
		Keys     map[string]json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(data, &record) != nil || len(record.Keys) == 0 {
		return ""
	}
	return record.Keystore
}
