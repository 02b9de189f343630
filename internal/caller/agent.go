package caller

import "os"

// Agent is a coding agent: a program that runs others by itself on behalf of a person,
// who may not see what they do. The zero value is none.
type Agent struct {
	Name string
	PID  int // 0 where only the environment tells of it
}

// marks are the variables by which agents tell the programs that they run, and what AWS's
// own CLI calls them (botocore/useragent.py of AWS CLI 2.35.24).
var marks = [...]struct{ variable, agent string }{
	{"CLAUDECODE", "claude"},
	{"GEMINI_CLI", "gemini"},
	{"CODEX_THREAD_ID", "codex"},
	{"KIRO_SESSION_ID", "kiro"},
	{"OPENCODE", "opencode"},
	{"ANTIGRAVITY_AGENT", "antigravity"},
	{"AMP_CURRENT_THREAD_ID", "amp"},
	{"PI_CODING_AGENT", "pi"},
	{"COPILOT_CLI", "copilot"},
	{"CURSOR_AGENT", "cursor"},
}

// programs of agents, as the system names the process. GitHub's copilot is known by its
// variable alone: AWS has a program of that name, for containers.
var programs = [...]string{"claude", "gemini", "codex", "kiro-cli", "opencode", "amp", "cursor-agent", "aider", "goose"}

// fromEnv returns the agent that the environment tells of; empty if it tells of none.
func fromEnv() string {
	for _, m := range marks {
		if os.Getenv(m.variable) != "" {
			return m.agent
		}
	}
	return ""
}

func isAgent(name string) bool {
	for _, p := range programs {
		if name == p || name == p+".exe" {
			return true
		}
	}
	return false
}
