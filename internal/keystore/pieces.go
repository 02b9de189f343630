package keystore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// pieces cuts what is too long for one item of the keychain below it into
// several. The item itself then says which pieces are its own. They are
// written before it and removed after it, under names that were never used, so
// a crash leaves the old value or the new one, and at worst pieces that
// nothing names.
type pieces struct {
	backend
	size int    // bytes that one item can hold
	lock string // of the writers: nobody removes pieces that another is writing
}

// A value is stored as it is after a zero byte, or is the JSON of this.
type pieceList struct {
	Pieces []string `json:"pieces"`
}

const (
	wholeMark = "\x00"
	maxPieces = 64
)

func (p *pieces) get(ctx context.Context, item string) ([]byte, error) {
	head, err := p.backend.get(ctx, item)
	if err != nil {
		return nil, err
	}
	if whole, ok := bytes.CutPrefix(head, []byte(wholeMark)); ok {
		return whole, nil
	}
	names, err := p.named(item, head)
	if err != nil {
		return nil, err
	}
	var data []byte
	for _, name := range names {
		piece, err := p.backend.get(ctx, name)
		if errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("%w: a part of %q is missing", ErrCorrupt, item)
		} else if err != nil {
			return nil, err
		}
		data = append(data, piece...)
	}
	return data, nil
}

func (p *pieces) set(ctx context.Context, item string, data []byte) error {
	return withLock(ctx, p.lock, recordLockTimeout, func() error {
		before := p.piecesOf(ctx, item)
		head := append([]byte(wholeMark), data...)
		var names []string
		var err error
		if len(head) > p.size {
			if names, head, err = p.write(ctx, item, data); err != nil {
				p.drop(ctx, names)
				return err
			}
		}
		if err := p.backend.set(ctx, item, head); err != nil {
			return err // which of the two it holds is not known, so all pieces stay
		}
		p.drop(ctx, before)
		return nil
	})
}

// write stores data in pieces and returns their names, and the list of them.
func (p *pieces) write(ctx context.Context, item string, data []byte) (names []string, list []byte, err error) {
	series := make([]byte, 6)
	if _, err := io.ReadFull(rand.Reader, series); err != nil {
		return nil, nil, err
	}
	for len(data) > 0 {
		n := min(len(data), p.size)
		name := fmt.Sprintf("%s/%x-%d", item, series, len(names))
		names = append(names, name)
		if err := p.backend.set(ctx, name, data[:n]); err != nil {
			return names, nil, err
		}
		data = data[n:]
	}
	list, err = json.Marshal(pieceList{names})
	if err == nil && (len(names) > maxPieces || len(list) > p.size) {
		err = errors.New("the value is too long for this keychain")
	}
	return names, list, err
}

func (p *pieces) remove(ctx context.Context, item string) error {
	return withLock(ctx, p.lock, recordLockTimeout, func() error {
		before := p.piecesOf(ctx, item)
		if err := p.backend.remove(ctx, item); err != nil {
			return err
		}
		p.drop(ctx, before)
		return nil
	})
}

// piecesOf are those that the item names now; none if it is damaged.
func (p *pieces) piecesOf(ctx context.Context, item string) []string {
	head, err := p.backend.get(ctx, item)
	if err != nil || bytes.HasPrefix(head, []byte(wholeMark)) {
		return nil
	}
	names, _ := p.named(item, head)
	return names
}

// named reads a list of pieces, and believes it only about the item's own.
func (p *pieces) named(item string, head []byte) ([]string, error) {
	var list pieceList
	if json.Unmarshal(head, &list) != nil || len(list.Pieces) == 0 || len(list.Pieces) > maxPieces {
		return nil, fmt.Errorf("%w: awsbroker did not write this item", ErrCorrupt)
	}
	for _, name := range list.Pieces {
		if !strings.HasPrefix(name, item+"/") {
			return nil, fmt.Errorf("%w: awsbroker did not write this item", ErrCorrupt)
		}
	}
	return list.Pieces, nil
}

func (p *pieces) drop(ctx context.Context, names []string) {
	for _, name := range names {
		_ = p.backend.remove(ctx, name)
	}
}

// blobSize is what a Windows credential holds (CRED_MAX_CREDENTIAL_BLOB_SIZE,
// https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentialw).
const blobSize = 5 * 512

// inPieces is the Windows Credential Manager, whatever is below.
func inPieces(b backend, recordPath string) *pieces {
	return &pieces{b, blobSize, filepath.Join(filepath.Dir(recordPath), "wincred.lock")}
}
