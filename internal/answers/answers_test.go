package answers

import (
	"path"
	"reflect"
	"strings"
	"testing"
)

func sample() Answer {
	a := Answer{
		Until: 1, CommandUntil: -2, Log: "/home/phoebe/log", RoleARN: "arn:aws:iam::123456789012:role/admin-mfa",
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token", AccountID: "",
		Expires: 1 << 40, Expiration: "2026-11-24T13:00:00Z", Region: "eu-central-1",
	}
	for i := range a.Files {
		a.Files[i] = File{"/f" + strings.Repeat("x", i), Stamp{1, 1<<64 - 1, 3, -4, int64(i)}}
	}
	return a
}

func TestAnswerComesBack(t *testing.T) {
	a := sample()
	data := a.Marshal()
	var back Answer
	ok := back.unmarshal(data)
	for i := range back.Files { // all are as long
		if name := back.Files[i].Path; len(name) != len("/fxxxx") || path.Clean(name) != a.Files[i].Path {
			t.Errorf("path %s", name)
		}
		back.Files[i].Path = a.Files[i].Path
	}
	if !ok || !reflect.DeepEqual(back, a) {
		t.Errorf("%v, %+v", ok, back)
	}
	for n := range data {
		if new(Answer).unmarshal(data[:n]) {
			t.Errorf("the first %d bytes are an answer", n)
		}
	}
	if new(Answer).unmarshal(append(data, 0)) {
		t.Error("one byte more is an answer")
	}
	for i := range data { // whatever a byte becomes: no panic
		for _, b := range []byte{0, 0x7f, 0xff} {
			spoiled := append([]byte(nil), data...)
			spoiled[i] = b
			new(Answer).unmarshal(spoiled)
		}
	}
}

func TestNameHasNoTwins(t *testing.T) {
	for _, v := range append(Inputs[:], places[:]...) {
		t.Setenv(v, "")
	}
	t.Setenv("HOME", "/home/phoebe")
	seen := map[string]string{}
	look := func(what, profile string) {
		name, ok := Name(profile)
		if other, twin := seen[name]; twin || !ok {
			t.Errorf("%s: %v, as %s", what, ok, other)
		}
		seen[name] = what
	}
	look("nothing else", "p")
	look("another profile", "p1:")
	for _, v := range append(Inputs[:], places[:]...) {
		t.Setenv(v, "/x")
		look(v, "p")
		t.Setenv(v, "")
		if v == "HOME" {
			t.Setenv("HOME", "/home/phoebe")
		}
	}
	for _, c := range [][2]string{{"HOME", ""}, {"HOME", "home"}, {"AWS_CONFIG_FILE", "config"}, {"AWS_CONFIG_FILE", "/$X/config"}, {"XDG_STATE_HOME", "~/state"}} {
		t.Run(c[0]+"="+c[1], func(t *testing.T) {
			t.Setenv(c[0], c[1])
			if name, ok := Name("p"); ok {
				t.Errorf("%q does not say where the files are", name)
			}
		})
	}
}
