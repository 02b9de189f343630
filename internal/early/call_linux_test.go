package early

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_DEFAULT_PROFILE", "env")
	t.Setenv("_AWSBROKER_PROFILE_CHAIN", "")
	exec := func(profile string, child ...string) *Call { return &Call{"exec", profile, "", child, false} }
	for line, want := range map[string]*Call{
		"credential-process --profile p":    {"credential-process", "p", "json", nil, false},
		"credential-process --profile=p":    nil,
		"credential-process":                nil,
		"credential-process --profile p -h": nil,
		"exec ls -l":                        nil, // flags of exec's, if ls is a profile
		"exec ls /":                         nil, // ls may be a profile, and is a program
		"exec p ls /":                       exec("p", "ls", "/"),
		"exec p":                            nil,
		"exec -p p ls":                      exec("p", "ls"),
		"exec -p=p ls":                      exec("p", "ls"),
		"exec -p= p ls":                     nil, // main takes = for the profile
		"exec -- ls -l":                     exec("env", "ls", "-l"),
		"exec -- p -- ls":                   exec("env", "p", "--", "ls"),
		"exec p -- ls":                      exec("p", "ls"),
		"exec p --":                         nil,
		"exec --profile p ls -- x":          exec("p", "ls", "--", "x"),
		"exec --profile=p -- ls":            exec("p", "ls"),
		"exec --profile a --profile b ls":   exec("b", "ls"),
		"exec --profile -- ls":              exec("--", "ls"),
		"exec --profile":                    nil,
		"exec --profile p":                  nil,
		"exec --profile p --":               nil,
		"exec":                              nil,
		"exec --env p ls /":                 {"exec", "p", "", []string{"ls", "/"}, true},
		"exec --profile p --env -- ls":      {"exec", "p", "", []string{"ls"}, true},
		"exec --server ls":                  nil,
		"exec --profile p --min-ttl 1h ls":  nil,
		"exec -h":                           nil,
		"export":                            {"export", "env", "env", nil, false},
		"export --format=fish --profile p":  {"export", "p", "fish", nil, false},
		"export --profile p --format":       nil,
		"export p":                          {"export", "p", "env", nil, false},
		"export -p p":                       {"export", "p", "env", nil, false},
		"export --profile p q":              nil,
		"--debug export":                    nil,
		"list":                              nil,
		"":                                  nil,
	} {
		got, ok := Parse(append([]string{"awsbroker"}, strings.Fields(line)...))
		if ok != (want != nil) || ok && !reflect.DeepEqual(got, *want) {
			t.Errorf("%s: %v, %+v", line, ok, got)
		}
	}
	t.Setenv("AWS_DEFAULT_PROFILE", "")
	if _, ok := Parse([]string{"awsbroker", "export"}); ok {
		t.Error("main looks for the profile")
	}
}
