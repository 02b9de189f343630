package doctor

import (
	"testing"

	"github.com/awsbroker/awsbroker/internal/config"
)

// TestRunsAtLast: what a credential_process runs behind wrappers that are known, and
// nothing where a word could mean something else.
func TestRunsAtLast(t *testing.T) {
	for command, want := range map[string]string{
		`/opt/awsbroker credential-process --profile x`:                        "/opt/awsbroker",
		`C:\tools\AWSBroker.exe credential-process`:                            `C:\tools\AWSBroker.exe`,
		`sh -c "awsbroker credential-process --profile admin"`:                 "awsbroker",
		`/bin/bash -c 'exec awsbroker credential-process'`:                     "awsbroker",
		`sh -c "AWS_REGION=eu-west-1 nice /opt/awsbroker credential-process"`:  "/opt/awsbroker",
		`env A=b C=d awsbroker credential-process`:                             "awsbroker",
		`/usr/bin/env nice -n 10 timeout -k 5 50 awsbroker credential-process`: "awsbroker",
		`nice -n10 ionice -c 3 -n7 nohup awsbroker credential-process`:         "awsbroker",
		`timeout 50 -- awsbroker`:                                              "", // timeout runs a program called --
		`nice -- awsbroker`:                                                    "awsbroker",
		`timeout --preserve-status 50 awsbroker`:                               "",
		`nice -10 awsbroker`:                                                   "",
		`sh awsbroker credential-process`:                                      "",
		`sh -lc "awsbroker credential-process"`:                                "",
		`sh -c "awsbroker credential-process | cat"`:                           "",
		`sh -c "$HOME/bin/awsbroker credential-process"`:                       "",
		`sh -c "cd /x && awsbroker credential-process"`:                        "",
		`sh -c "PATH=. awsbroker credential-process"`:                          "",
		`sh -c ""`: "",
		`sh -c`:    "",
		`env PATH=. awsbroker credential-process`: "",
		`env -i awsbroker credential-process`:     "",
		`env -S "awsbroker credential-process"`:   "",
		`env A=b`:                                 "",
		`nice -n`:                                 "",
		`timeout`:                                 "",
		`python3 -c "import os" awsbroker`:        "",
		`node awsbroker`:                          "",
		`/home/me/bin/my-helper awsbroker credential-process`:                         "",
		`awsbroker-wrapper credential-process`:                                        "",
		`sudo -u other awsbroker credential-process`:                                  "",
		`nice nice nice nice sh -c "sh -c 'nice awsbroker credential-process'"`:       "awsbroker",
		`nice sh -c "nice awsbroker credential-process --profile 'of two words' --x"`: "awsbroker",
	} {
		got, ok := runsAtLast(config.ProcessWords(command))
		if got != want || ok != (want != "") {
			t.Errorf("%s runs %q (%v), want %q", command, got, ok, want)
		}
	}
}
