#!/usr/bin/env bash
# A good guess: lookup attributes and labels of a Secret Service are no secrets, and can be
# read while its keyring is locked; a list of what is there works, or fails with "locked".
# What happens: until the first unlock GNOME Keyring has only a hash of each attribute, under
# another name, and an empty label. A search for the exact attribute finds the item; a list
# has the right length, empty names, and no error. After an unlock and a lock, all of it can
# be read. GetSecrets of a locked item is an empty answer, not IsLocked.
# Seen with GNOME Keyring 42.1 of Debian 12 and 99designs/keyring 1.2.2 on 2026-11-27:
# "fresh: found 1, attribute gkr:compat:hashed:profile, label "", Keys [""] <nil>, secrets 0
# <nil>"; after an unlock and a lock "attribute profile, label "phoebe", Keys ["phoebe"]".
# Why it matters here: a tool that lists the keychain says "no keys" after a login without a
# password, and offers to add them again. awsbroker knows its keys by a record of its own,
# looks for one by its exact attribute, and says that the keyring is locked.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
cat >go.mod <<'MOD'
module finding
go 1.26.0
require (
	github.com/99designs/keyring v1.2.2
	github.com/godbus/dbus v0.0.0-20190726142602-4481cbc300e2
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"
)

const secrets = "org.freedesktop.secrets"

type secret struct {
	Session       dbus.ObjectPath
	Params, Value []byte
	Type          string
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.SecretServiceBackend}, ServiceName: "finding", LibSecretCollectionName: "login",
	})
	must(err)
	bus, err := dbus.SessionBus()
	must(err)
	service := bus.Object(secrets, "/org/freedesktop/secrets")
	if os.Args[1] == "relocked" {
		must(ring.Set(keyring.Item{Key: "phoebe", Data: []byte("x")}))
		var locked []dbus.ObjectPath
		var prompt dbus.ObjectPath
		must(service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"}).Store(&locked, &prompt))
	}
	var open, locked []dbus.ObjectPath
	must(service.Call("org.freedesktop.Secret.Service.SearchItems", 0, map[string]string{"profile": "phoebe"}).Store(&open, &locked))
	found := append(open, locked...)
	item := bus.Object(secrets, found[0])
	attributes, err := item.GetProperty("org.freedesktop.Secret.Item.Attributes")
	must(err)
	label, err := item.GetProperty("org.freedesktop.Secret.Item.Label")
	must(err)
	var name string
	for n := range attributes.Value().(map[string]string) {
		if strings.Contains(n, "profile") {
			name = n
		}
	}
	keys, errKeys := ring.Keys()
	var nothing dbus.Variant
	var session dbus.ObjectPath
	must(service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&nothing, &session))
	values := map[dbus.ObjectPath]secret{}
	errValues := service.Call("org.freedesktop.Secret.Service.GetSecrets", 0, found, session).Store(&values)
	fmt.Printf("%s: found %d, attribute %s, label %q, Keys %q %v, secrets %d %v\n",
		os.Args[1], len(found), name, label.Value(), keys, errKeys, len(values), errValues)
}
GO
go mod tidy >/dev/null 2>&1
go build -o golang .
apt-get download -qq gnome-keyring=42.1-1+b2 >/dev/null 2>&1
dpkg-deb -x gnome-keyring_*.deb root
export HOME=$dir PATH="$dir/root/usr/bin:$PATH" XDG_RUNTIME_DIR=$dir XDG_DATA_HOME=$dir/data
unset DISPLAY WAYLAND_DISPLAY
seen=$(
	timeout 60 dbus-run-session -- sh -c 'printf p | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ./golang relocked' 2>/dev/null
	timeout 60 dbus-run-session -- sh -c 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; ./golang fresh' 2>/dev/null
)
echo "$seen"
[ "$seen" = 'relocked: found 1, attribute profile, label "phoebe", Keys ["phoebe"] <nil>, secrets 0 <nil>
fresh: found 1, attribute gkr:compat:hashed:profile, label "", Keys [""] <nil>, secrets 0 <nil>' ]
