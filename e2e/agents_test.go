package e2e

import (
	"strings"
	"testing"
)

// Under a coding agent, known by its process or by a variable, every client gets what
// awsbroker_agents says, though a person's session is in the cache.
func TestAgents(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		w.write("claude", "#!/bin/bash\n\"$@\"\nexit\n", 0o755)
		config := w.config()
		for _, rule := range []string{"refuse", "", "read-only", "allow"} {
			w.write(".aws/config", config, 0o600)
			if rule != "" {
				w.extend("awsbroker_agents = " + rule)
			}
			w.ok(program("awsbroker"), "login", "--profile", "admin", "--if-needed", "--mfa-code", w.Code())
			if rule == "read-only" {
				w.ok(program("awsbroker"), "login", "--profile", "admin", "--read-only", "--if-needed", "--mfa-code", w.Code())
			}
			argv := c.identity(w, "admin")
			sameRole(t, w, "a person, rule "+rule, argv...)
			for how, agent := range map[string]*world{"by variable": w.With("CLAUDECODE=1"), "by process": w} {
				line := argv
				if how == "by process" {
					line = append([]string{w.Home + "/claude"}, argv...)
				}
				r := agent.run(line...)
				if given := r.Code == 0 && strings.TrimSpace(r.Stdout) == assumedRole; given != (rule == "allow" || rule == "read-only") {
					t.Errorf("rule %q, %s: %v", rule, how, r)
				} else if !given && !c.hides && !strings.Contains(r.Stdout+r.Stderr, "claude") {
					t.Errorf("rule %q, %s: nothing is said of the agent: %v", rule, how, r)
				}
			}
		}
	})
}
