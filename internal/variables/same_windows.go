package variables

import "strings"

// same: Windows does not tell case apart in names of variables.
func same(a, b string) bool { return strings.EqualFold(a, b) }
