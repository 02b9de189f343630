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
		jose.Headers(map[string]any{"created": time.Now().String(), "p2c": rounds}))
	return []byte(token), err
}

// RoundsOf returns with how many rounds a file was sealed. ok is false if the file has
// not the outer form of a JWE under a passphrase (RFC 7516 section 7.1, RFC 7518
// section 4.8), so that no passphrase opens it.
func RoundsOf(token []byte) (rounds int, ok bool) {
	parts := strings.Split(string(token), ".")
	if len(parts) != 5 {
		return 0, false
	}
	for _, p := range parts {
		if _, err := base64.RawURLEncoding.DecodeString(p); err != nil || p == "" {
			return 0, false
		}
	}
	var header struct {
		Alg    string `json:"alg"`
		Rounds int    `json:"p2c"`
	}
	raw, _ := base64.RawURLEncoding.DecodeString(parts[0])
	if json.Unmarshal(raw, &header) != nil || !strings.HasPrefix(header.Alg, "PBES2-") {
		return 0, false
	}
	return header.Rounds, true
}
