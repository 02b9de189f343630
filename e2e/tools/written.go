package main

import (
	"slices"
	"strings"
)

// rowsOf returns the rows of a table with so many columns, by what is in the first.
func rowsOf(text string, columns int) map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if cells := strings.Split(line, " | "); len(cells) == columns {
			rows[strings.TrimPrefix(cells[0], "| ")] = line
		}
	}
	return rows
}

// The tables' widths.
const wayColumns, endColumns = 10, 5

// page is docs/tools.md. A tool that was not tried, or cannot be had here, keeps the rows
// that the page had before.
func page(rows []*row, before string) string {
	var b strings.Builder
	table := func(columns int, cells func(*row) []string) {
		kept := rowsOf(before, columns)
		for _, x := range tools {
			i := slices.IndexFunc(rows, func(r *row) bool { return r.tool == x })
			switch {
			case i >= 0 && rows[i].version != "":
				b.WriteString(line(cells(rows[i])))
			case kept[x.name] != "":
				b.WriteString(kept[x.name] + "\n")
			}
		}
	}
	b.WriteString(pageHead)
	b.WriteString(line([]string{"tool", "type this", byProfile.title, byChoice.title, byVariables.title, byServer.title, bySocket.title, "to know", "version", "from"}))
	b.WriteString(strings.Repeat("|---", wayColumns) + "|\n")
	table(wayColumns, (*row).cells)
	b.WriteString(waysHead + endsHead)
	b.WriteString(line([]string{"tool", "no session to be had", "ends: " + byProfile.title, "ends: " + byVariables.title, "ends: " + byServer.title}))
	b.WriteString(strings.Repeat("|---", endColumns) + "|\n")
	table(endColumns, (*row).ends)
	return b.String()
}

// ends are the cells of the other table.
func (r *row) ends() []string {
	if r.err != nil {
		return []string{r.name, r.err.Error(), "", "", ""}
	}
	return []string{r.name, r.atRefusal(), atEnd(r.endProfile), atEnd(r.endEnv), atEnd(r.endSrv)}
}

const pageHead = "# Tools\n\n" +
	"Find your tool, and type what stands beside it, with the name of your profile for `admin`. A tool that is not here: try\n" +
	"`awsbroker exec admin -- TOOL`. \"renewed\": the session is renewed while the tool runs; without that word it lasts an hour.\n\n"

const waysHead = "\n## Ways\n\n" +
	"| way | command |\n|---|---|\n" +
	"| the profile | `AWS_PROFILE=admin TOOL`: the tool runs awsbroker itself (`credential_process`) |\n" +
	"| `exec` | `awsbroker exec admin -- TOOL`: as with `--server` for tools that are known to renew their session, otherwise as with `--env` |\n" +
	"| `exec --env` | the session in the environment |\n" +
	"| `exec --server` | the address of a server that renews the session ([long commands](long-commands.md)) |\n" +
	"| a socket | `awsbroker serve admin --socket …` here, and in the other place a profile that asks it ([serve](serve.md)) |\n" +
	"| `export` | `awsbroker export admin --format mc`, or `pgbackrest`, `rclone`, `s3cmd`: the session as that program reads it |\n\n" +
	"\"yes\" means: the tool ended with 0, and AWS saw only calls with the session of the profile. `make tools` installs the tools,\n" +
	"runs each of them, and writes the tables.\n"

const endsHead = "\n## Refusals, and sessions that end\n\n" +
	"The first column is what the tool does by its profile when awsbroker has no session to give and nobody to ask. `exec`\n" +
	"says the same itself and does not start the tool. The others: the session ends while the tool waits for AWS's first answer.\n\n"
