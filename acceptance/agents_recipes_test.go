//go:build linux

package acceptance

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// recipe is a block of settings in docs/agents.md.
type recipe struct {
	Env                 map[string]string
	AWSAuthRefresh      string `json:"awsAuthRefresh"`
	AWSCredentialExport string `json:"awsCredentialExport"`
	MCPServers          map[string]struct {
		Command string
		Args    []string
		Env     map[string]string
	} `json:"mcpServers"`
}

// TestAgentRecipes runs the commands that docs/agents.md has agents run, as an agent does:
// without a terminal. What Claude Code takes for credentials has this form:
// https://docs.anthropic.com/en/docs/claude-code/amazon-bedrock
func TestAgentRecipes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/agents.md")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	if r := w.Run("setup", "agent", "--like", "admin", "--read-only", "--yes", "--mfa-code", w.Code()); r.Code != 0 {
		t.Fatal(r)
	}
	runs := map[string]int{}
	for i, part := range strings.Split(string(page), "\n```") {
		mark, text, _ := strings.Cut(part, "\n")
		switch {
		case i%2 == 0:
		case mark == "sh":
			runs["sh"]++
			if r := w.Sh(text); r.Code != 0 {
				t.Fatal(r)
			}
			if r := w.Run("login", "model", "--mfa-code", w.Code()); r.Code != 0 {
				t.Fatal(r)
			}
		case mark == "text" && strings.HasPrefix(text, "{"):
			var r recipe
			if err := json.Unmarshal([]byte(text), &r); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			w.tryRecipe(r, runs)
		case mark == "text" && strings.HasPrefix(text, "[shell_environment_policy]"):
			runs["codex"]++
			if !strings.Contains(text, `set = { AWS_PROFILE = "agent" }`) {
				t.Error(text)
			}
		}
	}
	for _, what := range []string{"sh", "profile", "refresh", "export", "server", "exec", "codex"} {
		if runs[what] == 0 {
			t.Errorf("docs/agents.md has no %s any more", what)
		}
	}
}

// tryRecipe runs what a block says.
func (w *world) tryRecipe(r recipe, runs map[string]int) {
	w.t.Helper()
	agent := w.With("CLAUDECODE=1")
	if name := r.Env["AWS_PROFILE"]; name != "" {
		runs["profile"]++
		if out := agent.Run("credential-process", "--profile", name); out.Code != 0 {
			w.t.Error(out)
		}
	}
	if r.AWSAuthRefresh != "" {
		runs["refresh"]++
		if out := agent.Sh(r.AWSAuthRefresh); out.Code != 0 {
			w.t.Error(out)
		}
	}
	if r.AWSCredentialExport != "" {
		runs["export"]++
		out := agent.Sh(r.AWSCredentialExport)
		var answer struct {
			Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken string }
		}
		if err := json.Unmarshal([]byte(out.Stdout), &answer); err != nil || out.Code != 0 || out.Stderr != "" ||
			answer.Credentials.AccessKeyId == "" || answer.Credentials.SecretAccessKey == "" || answer.Credentials.SessionToken == "" {
			w.t.Errorf("exit %d, %v: %s", out.Code, err, out.Stderr)
		}
	}
	for name, server := range r.MCPServers {
		if server.Command != "awsbroker" {
			runs["server"]++
			if out := agent.Run("credential-process", "--profile", server.Env["AWS_PROFILE"]); out.Code != 0 {
				w.t.Errorf("%s: %v", name, out)
			}
			continue
		}
		runs["exec"]++
		args := append(server.Args[:len(server.Args)-1:len(server.Args)-1], "sh", "-c", `test -n "$AWS_SESSION_TOKEN"`)
		if out := agent.Run(args...); out.Code != 0 {
			w.t.Errorf("%s: %v", name, out)
		}
	}
}
