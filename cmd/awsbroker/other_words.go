package main

// otherWords has the command of ours for words by which other tools call the same
// (aws-vault, granted, aws-sso-util, the AWS CLI, pass), and for plain English ones. They
// are no commands here: one thing has one name.
var otherWords = map[string]string{
	"assume": "exec", "run": "exec", "shell": "exec", "switch": "exec", "use": "exec",
	"browser": "console", "open": "console", "web": "console",
	"env": "export", "print": "export",
	"credentials": "list", "profiles": "list", "sessions": "list", "show": "explain", "status": "list", "whoami": "explain",
	"refresh": "login", "sso": "login", "unassume": "logout", "clear": "logout",
	"configure": "setup", "config": "setup", "init": "setup",
	"create": "add", "import": "add", "insert": "add", "store": "add",
	"delete":  "remove",
	"backend": "keystore", "keychain": "keystore", "keyring": "keystore",
	"check": "doctor", "diagnose": "doctor", "test": "doctor",
	"audit": "log", "history": "log",
	"device": "mfa", "devices": "mfa",
	"purge": "uninstall",
}
