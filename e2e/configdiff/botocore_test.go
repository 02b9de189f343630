package configdiff

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"
)

// botocores finds the versions on this machine: Debian's must be there where
// AWSBROKER_MUST_NOT_SKIP is set, pyenv's is tested where it is.
func botocores(t testing.TB) []string {
	t.Helper()
	var pythons []string
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		path, err := exec.LookPath(python)
		if err != nil || exec.Command(path, "-c", "import botocore").Run() != nil {
			if python == "/usr/bin/python3" && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
				t.Fatalf("%s has no botocore: install python3-boto3", python)
			}
			continue
		}
		if len(pythons) == 0 || path != pythons[0] {
			pythons = append(pythons, path)
		}
	}
	if len(pythons) == 0 {
		t.Skip("no python3 with botocore is here")
	}
	return pythons
}

// reader is one process with botocore that reads pair after pair.
type reader struct {
	version string
	in      *json.Encoder
	out     *json.Decoder
}

// startReader starts one, which ends with the test.
func startReader(t testing.TB, python string) *reader {
	t.Helper()
	cmd := exec.Command(python, "-W", "ignore", "testdata/read.py")
	cmd.Stderr = os.Stderr
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", python, err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", python, err)
		}
	})
	r := &reader{in: json.NewEncoder(in), out: json.NewDecoder(out)}
	if err := r.out.Decode(&r.version); err != nil {
		t.Fatalf("%s: %v", python, err)
	}
	return r
}

// read tells how botocore reads a pair.
func (r *reader) read(t testing.TB, p *pair) reading {
	t.Helper()
	var file struct {
		Refused  string
		Profiles map[string]struct {
			Values   map[string]*string
			Seconds  string
			STS      string
			STSKnown bool   `json:"sts_known"`
			WhyNot   string `json:"why_not"`
		}
	}
	if err := errors.Join(r.in.Encode([2]string{p.configPath, p.credentialsPath}), r.out.Decode(&file)); err != nil {
		t.Fatalf("%s: %v\n--- config\n%s--- credentials\n%s", p.name, err, p.config, p.credentials)
	}
	is := reading{refused: file.Refused, profiles: map[string]*profile{}}
	for name, p := range file.Profiles {
		its := &profile{refused: p.WhyNot, raw: p.Values, noSTS: !p.STSKnown, values: map[string]string{
			"duration_seconds": p.Seconds, "sts.endpoint_url": p.STS,
		}}
		for _, s := range settings {
			if v := p.Values[s]; v != nil && s != "duration_seconds" {
				its.values[s] = *v
			}
		}
		is.profiles[name] = its
	}
	return is
}

// botocore reads all pairs in one process.
func botocore(t *testing.T, python string, pairs []*pair) (version string, readings []reading) {
	t.Helper()
	r := startReader(t, python)
	for _, p := range pairs {
		readings = append(readings, r.read(t, p))
	}
	return r.version, readings
}
