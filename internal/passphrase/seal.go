// Package passphrase is what stands between a copy of the encrypted files and what is
// in them: how dear one guess of the passphrase is, and which passphrases are among
// the first guesses.
package passphrase

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/99designs/keyring"
	jose "github.com/dvsekhvalnov/jose2go"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Seal returns the file of an item, as keyring reads it: a JWE under the passphrase
// (PBES2-HS256+A128KW, A256GCM). One guess of the passphrase costs that many rounds.
func Seal(item string, data []byte, pass credential.Secret, rounds int) ([]byte, error) {
	content, err := json.Marshal(keyring.Item{Key: item, Data: data})
	if err != nil {
		return nil, err
	}
	token, err := jose.Encrypt(string(content), jose.PBES2_HS256_A128KW, jose.A256GCM, pass.Reveal(),
		jose.Headers(map[string]any{"created": time.Now().String(), "p2c": rounds, "awsbroker": formatVersion}))
	return []byte(token), err
}

// formatVersion stands in the header of a file. Files from before it have none.
const formatVersion = 1

// IsNewer reports whether a newer awsbroker sealed a file, in a way that is not known
// here: what does not open it is no wrong passphrase and no damage.
func IsNewer(token []byte) bool {
	h, ok := headerOf(token)
	return ok && h.Version > formatVersion
}

type header struct {
	Alg     string `json:"alg"`
	Rounds  int    `json:"p2c"`
	Version int    `json:"awsbroker"`
}

// RoundsOf returns with how many rounds a file was sealed. ok is false if the file has
// not the outer form of a JWE under a passphrase (RFC 7516 section 7.1, RFC 7518
// section 4.8), so that no passphrase opens it.
func RoundsOf(token []byte) (rounds int, ok bool) {
	h, ok := headerOf(token)
	if !ok || !strings.HasPrefix(h.Alg, "PBES2-") {
		return 0, false
	}
	return h.Rounds, true
}

func headerOf(token []byte) (h header, ok bool) {
	parts := strings.Split(string(token), ".")
	if len(parts) != 5 {
		return h, false
	}
	for _, p := range parts {
		if _, err := base64.RawURLEncoding.DecodeString(p); err != nil || p == "" {
			return h, false
		}
	}
	raw, _ := base64.RawURLEncoding.DecodeString(parts[0])
	return h, json.Unmarshal(raw, &h) == nil
}
