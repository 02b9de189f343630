package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// row is what was seen of a tool.
type row struct {
	*tool
	version                              string
	profile, choice, env, server, socket outcome // an ordinary run
	another                              *outcome
	refused                              outcome // by its profile, when awsbroker can have no session
	endProfile, endEnv, endSrv           outcome // the session ends while the tool works
	err                                  error
}

// tryEverything tries a tool in all ways and all events.
func (l *lab) tryEverything(x *tool) *row {
	r := &row{tool: x, version: x.from.installed()}
	if r.version == "" {
		return r
	}
	r.err = machine.Try(func(t machine.T) {
		l.tryWays(t, r)
		r.refused = l.try(t, r.tool, byProfile, noSession)
		r.endProfile = l.endIn(t, x, byProfile, r.profile)
		r.endEnv = l.endIn(t, x, byVariables, r.env)
		r.endSrv = l.endIn(t, x, byServer, r.server)
	})
	return r
}

// tryWays is what CI tries.
func (l *lab) tryWays(t machine.T, r *row) {
	t.Helper()
	r.profile, r.env, r.server = l.try(t, r.tool, byProfile, nothing), l.try(t, r.tool, byVariables, nothing), l.try(t, r.tool, byServer, nothing)
	r.choice, r.socket = l.try(t, r.tool, byChoice, nothing), l.try(t, r.tool, bySocket, nothing)
	if r.other != "" {
		o := l.try(t, r.tool, way{"", r.other}, nothing)
		r.another = &o
	}
}

// endIn tries a way in which the tool works.
func (l *lab) endIn(t machine.T, x *tool, w way, o outcome) outcome {
	if !o.works {
		return outcome{}
	}
	return l.try(t, x, w, sessionEnds)
}

func yes(o outcome) string {
	if o.works {
		return "yes"
	}
	return "–"
}

// cells of the first table.
func (r *row) cells() []string {
	cells := []string{r.name, r.version, r.from.registry, yes(r.profile), yes(r.choice), yes(r.env), yes(r.server), yes(r.socket), ""}
	switch {
	case r.version == "":
		cells[1] = r.from.version
		return append(cells[:3], "not to be had", "", "", "", "", r.note)
	case r.err != nil:
		cells[8] = r.err.Error()
	case r.another != nil && r.another.works:
		shown := r.shown
		if shown == "" {
			shown = r.other
		}
		cells[8] = "`" + shown + "`"
	}
	if r.note != "" {
		cells[8] = strings.TrimPrefix(cells[8]+"; "+r.note, "; ")
	}
	return cells
}

// atEnd says what became of a tool whose session ended.
func atEnd(o outcome) string {
	switch said := strings.ToLower(o.Stdout + o.Stderr); {
	case o.Took == 0:
		return ""
	case o.Code < 0:
		return "does not end in 90 s"
	case o.works && o.sessions > 1:
		return "continues"
	case o.works:
		return "was done"
	case strings.Contains(said, "expired"):
		return fmt.Sprintf("exit %d, says expired", o.Code)
	default:
		return fmt.Sprintf("exit %d, no reason", o.Code)
	}
}

// atRefusal says what a tool makes of a helper that fails.
func (r *row) atRefusal() string {
	o := r.refused
	ends := fmt.Sprintf("exit %d", o.Code)
	if o.Code < 0 {
		ends = "does not end in 90 s"
	}
	switch {
	case o.helpers == 0:
		return ends + ", never runs awsbroker"
	case !strings.Contains(o.Stdout+o.Stderr, "an MFA code is needed"):
		ends += ", hides awsbroker's line"
	default:
		ends += ", shows awsbroker's line"
	}
	if o.helpers > 1 {
		ends += fmt.Sprintf(", runs it %d times", o.helpers)
	}
	return ends
}

func line(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// tables of all tools.
func tables(rows []*row) string {
	var b strings.Builder
	b.WriteString(line([]string{"tool", "version", "from", byProfile.title, byChoice.title, byVariables.title, byServer.title, bySocket.title, "another way, or what to know"}))
	b.WriteString("|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		b.WriteString(line(r.cells()))
	}
	b.WriteString(endsHead)
	b.WriteString(line([]string{"tool", "no session to be had", "ends: " + byProfile.title, "ends: " + byVariables.title, "ends: " + byServer.title}))
	b.WriteString("|---|---|---|---|---|\n")
	for _, r := range rows {
		if r.version != "" && r.err == nil {
			b.WriteString(line([]string{r.name, r.atRefusal(), atEnd(r.endProfile), atEnd(r.endEnv), atEnd(r.endSrv)}))
		}
	}
	return b.String()
}

// mergedPage returns the page with the rows of some tools in place of those that it had.
func mergedPage(rows []*row) (string, error) {
	text, err := os.ReadFile(pagePath)
	if err != nil {
		return "", err
	}
	lines := strings.SplitAfter(string(text), "\n")
	for fresh := range strings.Lines(tables(rows)) {
		for i, old := range lines {
			if rowKey(old) != "" && rowKey(old) == rowKey(fresh) {
				lines[i] = fresh
			}
		}
	}
	return strings.Join(lines, ""), nil
}

// rowKey is the tool of a row, and which of the two tables it is in; "" for no row.
func rowKey(line string) string {
	cells := strings.Split(line, " | ")
	if !strings.HasPrefix(line, "| ") || len(cells) < 5 {
		return ""
	}
	return fmt.Sprint(cells[0], len(cells))
}

func page(rows []*row) string { return pageHead + tables(rows) }

const pageHead = "# Tools\n\n" +
	"Which tools work with awsbroker, and in which ways. `make tools` installs the tools and runs each of them, and writes the\n" +
	"tables below. \"yes\" means: the tool ended with 0, and AWS saw only calls with the session of the profile.\n\n" +
	"| way | command |\n|---|---|\n" +
	"| the profile | `AWS_PROFILE=admin TOOL`: the tool runs awsbroker itself (`credential_process`) |\n" +
	"| `exec` | `awsbroker exec admin -- TOOL`: as with `--server` for tools that are known to renew their session, otherwise as with `--env` |\n" +
	"| `exec --env` | the session in the environment |\n" +
	"| `exec --server` | the address of a server that renews the session ([long commands](long-commands.md)) |\n" +
	"| a socket | `awsbroker serve admin --socket …` here, and in the other place a profile that asks it ([serve](serve.md)) |\n" +
	"| `export` | `awsbroker export admin --format mc`, or `pgbackrest`, `rclone`, `s3cmd`: the session as that program reads it |\n\n" +
	"Terraform works in all of these ways; the end-to-end tests run it.\n\n" +
	"## Ways\n\n"

const endsHead = "\n## Refusals, and sessions that end\n\n" +
	"The first column is what the tool does by its profile when awsbroker has no session to give and nobody to ask. `exec`\n" +
	"says the same itself and does not start the tool. The others: the session ends while the tool waits for AWS's first answer.\n\n"
