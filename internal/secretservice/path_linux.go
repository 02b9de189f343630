package secretservice

import (
	"encoding/hex"
	"strings"

	"github.com/godbus/dbus"
)

func isCollection(path dbus.ObjectPath) bool {
	return strings.HasPrefix(string(path), collectionPrefix)
}

// collectionName is what keyring calls the collection that path is, or is an item
// of: it compares decoded paths.
func collectionName(path dbus.ObjectPath) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(string(path), collectionPrefix), "/")
	return decodePath(dbus.ObjectPath(name))
}

// decodePath undoes the service's escapes ("_5f" for "_") the way keyring does.
func decodePath(path dbus.ObjectPath) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] != '_' {
			b.WriteByte(path[i])
			continue
		}
		if i+3 > len(path) {
			return string(path)
		}
		c, err := hex.DecodeString(string(path[i+1 : i+3]))
		if err != nil {
			return string(path)
		}
		b.Write(c)
		i += 2
	}
	return b.String()
}
