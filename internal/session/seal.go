package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
)

// keySize is the length of a sealing key in bytes.
const keySize = 32

// formatVersion is the first byte of every sealed file and, with its kind and
// name, part of what is authenticated: a file of another format, of another
// kind or under another name does not open.
const formatVersion = 1

var errSealed = errors.New("this key cannot decrypt the file")

// sealer names and seals files. Names and contents use keys of their own,
// both made from the sealing key.
type sealer struct {
	names []byte
	aead  cipher.AEAD
}

func newSealer(key []byte) (*sealer, error) {
	block, err := aes.NewCipher(mac(key, "awsbroker sealed contents"))
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &sealer{names: mac(key, "awsbroker file names"), aead: aead}, nil
}

// name of the file that holds what kind and id stand for. It tells nobody
// without the key which profile or role it is.
func (s *sealer) name(k kind, id string) string {
	return hex.EncodeToString(mac(s.names, string(k)+"\x00"+id)[:20])
}

func (s *sealer) seal(k kind, name string, plain []byte) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(rand.Reader, nonce); err != nil {
		return nil, err
	}
	out := append([]byte{formatVersion}, nonce...)
	return s.aead.Seal(out, nonce, plain, associated(k, name)), nil
}

func (s *sealer) open(k kind, name string, sealed []byte) ([]byte, error) {
	n := 1 + s.aead.NonceSize()
	if len(sealed) < n || sealed[0] != formatVersion {
		return nil, errSealed
	}
	plain, err := s.aead.Open(nil, sealed[1:n], sealed[n:], associated(k, name))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

func associated(k kind, name string) []byte {
	return append([]byte{formatVersion}, string(k)+"\x00"+name...)
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, message)
	return h.Sum(nil)
}
