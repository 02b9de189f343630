package say

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	columns := []Column{Phrase("KEY"), ID("ID"), Spare("ADDED"), Spare("USED")}
	rows := [][]string{{"phoebe-of-the-long-name", "AKIA1234567890123456", "3 days ago", "\x1b[1mnever\x1b[0m"}}
	for width, want := range map[int]string{
		0:  "KEY                      ID                    ADDED       USED\nphoebe-of-the-long-name  AKIA1234567890123456  3 days ago  \x1b[1mnever\x1b[0m\n",
		64: "KEY                      ID                    ADDED       USED\nphoebe-of-the-long-name  AKIA1234567890123456  3 days ago  \x1b[1mnever\x1b[0m\n",
		62: "KEY                      ID                    ADDED   USED\nphoebe-of-the-long-name  AKIA1234567890123456  3 days  \x1b[1mnever\x1b[0m\n",
		58: "KEY                      ID                    ADDED\nphoebe-of-the-long-name  AKIA1234567890123456  3 days\n",
		45: "KEY                      ID\nphoebe-of-the-long-name  AKIA1234567890123456\n",
		40: "KEY                 ID\nphoebe-of-the-lon…  AKIA1234567890123456\n",
		30: "KEY  phoebe-of-the-long-name\nID   AKIA1234567890123456\n",
	} {
		if got := Table(columns, rows, width); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", width, got, want)
		}
	}
	if got := Table(columns[:1], [][]string{{"a"}, {"b"}}, 80); got != "KEY\na\nb\n" {
		t.Errorf("%q", got)
	}
	if got := Table(columns[1:2], [][]string{{"AKIA1234567890123456"}, {"AKIA1234567890123457"}}, 10); !strings.Contains(got, "ID  AKIA1234567890123456\n\nID  AKIA1234567890123457\n") {
		t.Errorf("%q", got)
	}
}
