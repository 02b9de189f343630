package grants

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/grant"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 123e6, time.UTC)

func sample() grant.Grant {
	return grant.Grant{
		Time: noon, Profile: "admin", RoleARN: "arn:aws:iam::123456789012:role/admin-mfa", Account: "123456789012",
		AccessKeyID: "ASIAEXAMPLE", Expires: noon.Add(time.Hour).Truncate(time.Second), How: grant.Asked,
		Command: "credential-process", Caller: "aws", PID: 4711, Dir: "/home/phoebe/infra",
	}
}

// TestReadToleratesWhatIsSpoiled: half lines, other text, zeros after a power
// cut; the whole lines around them are found.
func TestReadToleratesWhatIsSpoiled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	whole := string(sample().AppendLine(nil))
	half := whole[:100]
	for name, c := range map[string]struct {
		text          string
		want, spoiled int
	}{
		"nothing":                 {"", 0, 0},
		"one":                     {whole, 1, 0},
		"half, then one":          {half + whole + whole, 2, 1},
		"half a line by itself":   {half + "\n" + whole, 1, 1},
		"being written":           {whole + half, 1, 0},
		"without an end of line":  {whole + strings.TrimSuffix(whole, "\n"), 1, 0},
		"zeros":                   {strings.Repeat("\x00", 5000) + whole, 1, 1},
		"very many zeros":         {strings.Repeat("\x00", 1<<20) + "\n" + whole, 1, 1},
		"other text":              {"hello\n\n{}\n[1]\n" + whole, 1, 4},
		"a field of another sort": {strings.Replace(whole, `"pid":4711`, `"pid":"x"`, 1) + whole, 1, 1},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		lines, spoiled, err := Read(path)
		if err != nil || len(lines) != c.want || spoiled != c.spoiled {
			t.Errorf("%s: %d lines, %d spoiled, %v; want %d, %d", name, len(lines), spoiled, err, c.want, c.spoiled)
		}
		for _, l := range lines {
			if l.Grant != sample() || string(l.Raw)+"\n" != whole {
				t.Errorf("%s: %+v from %s", name, l.Grant, l.Raw)
			}
		}
	}
}

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "log")
	if err := rotate(path, 100); err != nil {
		t.Errorf("without a log: %v", err)
	}
	for i := range 5 {
		g := sample()
		g.PID = i
		if err := write(path, g); err != nil {
			t.Fatal(err)
		}
		if err := rotate(path, 500); err != nil { // two lines are more than that
			t.Fatal(err)
		}
	}
	lines, spoiled, err := Read(path)
	if err != nil || spoiled != 0 || len(lines) != 3 || lines[0].PID != 2 || lines[2].PID != 4 {
		t.Errorf("%d lines, %d spoiled, %v: %+v", len(lines), spoiled, err, lines)
	}
}
