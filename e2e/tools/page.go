package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/clients"
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

// unsaid are exec's ways in which the tool does not work, and awsbroker did not say so.
func (r *row) unsaid() []string {
	var titles []string
	for w, o := range map[way]outcome{byChoice: r.choice, byVariables: r.env, byServer: r.server} {
		if !o.works && !strings.Contains(o.Stderr, "awsbroker: warning: ") {
			titles = append(titles, w.title)
		}
	}
	return titles
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
	known := r.known()
	cells := []string{r.name, r.typed(), yes(r.profile), yes(r.choice), yes(r.env), yes(r.server), yes(r.socket), "", r.version, r.from.registry}
	if r.choice.works && known.Again {
		cells[3] += ", renewed"
	}
	var notes []string
	switch {
	case r.err != nil:
		notes = append(notes, r.err.Error())
	case known.Lack != "" && known.Format == "":
		notes = append(notes, "no way: "+known.Name+" "+known.Lack)
	case known.Lack != "":
		notes = append(notes, known.Lack)
	case known.Note != "":
		notes = append(notes, known.Note)
	}
	if r.note != "" {
		notes = append(notes, r.note)
	}
	cells[7] = strings.Join(notes, "; ")
	return cells
}

// known is what exec knows of the program.
func (x *tool) known() clients.Client {
	if known := clients.Find(x.client); known != nil {
		return *known
	}
	return clients.Client{}
}

// typed is what a person types, if it works.
func (r *row) typed() string {
	program, _, _ := strings.Cut(r.act, " ")
	switch {
	case r.choice.works:
		return "`awsbroker exec admin -- " + filepath.Base(program) + " …`"
	case r.another != nil && r.another.works:
		return "`eval \"$(awsbroker export admin --format " + r.known().Format + ")\"`"
	}
	return "–"
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
