//go:build linux

package acceptance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// service is one of a Compose file, as far as the examples use the format.
type service struct {
	Command     []string
	Environment map[string]string
	Volumes     []string
}

// compose reads a Compose file.
func compose(t *testing.T, path string) map[string]service {
	t.Helper()
	out, err := exec.Command("/usr/bin/python3", "-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Services map[string]service }
	if err := json.Unmarshal(out, &file); err != nil || len(file.Services) == 0 {
		t.Fatal(err)
	}
	return file.Services
}

// TestExampleCompose runs each service of the example as Docker would.
func TestExampleCompose(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t))
	w.Login("admin")
	g := w.serveAt(filepath.Join(w.Home, ".shop/aws"))
	dir, err := filepath.Abs("../examples/compose")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range compose(t, filepath.Join(dir, "compose.yaml")) {
		var env, mounts []string
		for k, v := range s.Environment {
			env = append(env, k+"="+v)
		}
		for _, v := range s.Volumes {
			v = strings.Replace(v, "${HOME}", w.Home, 1)
			v = strings.Replace(v, "./", dir+"/", 1)
			if strings.HasPrefix(v, "/usr/local/bin/awsbroker:") {
				v = strings.Replace(v, "/usr/local/bin/awsbroker", w.Bin, 1)
			}
			mounts = append(mounts, v)
		}
		command := strings.Replace(strings.Join(s.Command, " "), "aws sts", "aws --endpoint-url http://127.0.0.1:8080 sts", 1)
		r := w.Finish(w.newContainer(env, mounts...).command(command))
		if r.Code != 0 || r.Stdout != "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe\n" {
			t.Errorf("%s: %v", name, r)
		}
	}
	g.stop()
}

// TestExampleDevcontainer installs the Feature as its tools do, and uses it.
func TestExampleDevcontainer(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t))
	w.Login("admin")
	g := w.serveAt(filepath.Join(w.Home, ".shop/aws"))
	dir, err := filepath.Abs("../examples/devcontainer/.devcontainer")
	if err != nil {
		t.Fatal(err)
	}
	var container struct {
		Features map[string]map[string]string
		Mounts   []string
	}
	var feature struct {
		Options map[string]struct{ Default string }
		Env     map[string]string `json:"containerEnv"`
	}
	readJSON(t, filepath.Join(dir, "devcontainer.json"), &container)
	readJSON(t, filepath.Join(dir, "awsbroker/devcontainer-feature.json"), &feature)
	options := container.Features["./awsbroker"]
	var install []string
	for name, o := range feature.Options {
		value := o.Default
		if given, ok := options[name]; ok {
			value = given
		}
		install = append(install, strings.ToUpper(name)+"="+value)
	}
	if len(options) != 1 || len(feature.Options) != 2 || len(container.Mounts) != 1 {
		t.Fatalf("%v %v", options, feature)
	}
	fields := map[string]string{}
	for _, f := range strings.Split(container.Mounts[0], ",") {
		name, value, _ := strings.Cut(f, "=")
		fields[name] = strings.Replace(value, "${localEnv:HOME}", w.Home, 1)
	}
	var env []string
	for k, v := range feature.Env {
		env = append(env, k+"="+v)
	}
	c := w.newContainer(env, fields["source"]+":"+fields["target"], filepath.Join(dir, "awsbroker")+":/feature:ro", w.Bin+":/opt/awsbroker")
	r := w.Finish(c.command("cp -r /feature /tmp/feature && cp /opt/awsbroker /tmp/feature/awsbroker && env " + strings.Join(install, " ") + " sh /tmp/feature/install.sh\n" + callsAWS))
	if r.Code != 0 || r.Stdout != calledAWS {
		t.Error(r)
	}
	g.stop()
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	out, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(out, v)
	}
	if err != nil {
		t.Fatal(path, err)
	}
}
