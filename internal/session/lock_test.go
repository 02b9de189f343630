package session

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

func TestLockExcludes(t *testing.T) {
	dir := t.TempDir()
	a, b := NewLock(dir, "device"), NewLock(dir, "device")
	other := NewLock(dir, "another device")
	if ok, err := a.Try(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := b.Try(); ok || err != nil {
		t.Errorf("taken twice: %v, %v", ok, err)
	}
	if ok, err := other.Try(); !ok || err != nil {
		t.Errorf("locks of other names are in the way: %v, %v", ok, err)
	}
	if b.Holder() != os.Getpid() {
		t.Errorf("holder %d", b.Holder())
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := b.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting: %v", err)
	}
	if err := a.Unlock(); err != nil {
		t.Fatal(err)
	}
	if ok, _ := b.Try(); !ok {
		t.Error("not free after Unlock")
	}
}

func TestAwait(t *testing.T) {
	dir := t.TempDir()
	holder, waiter := NewLock(dir, "device"), NewLock(dir, "device")
	if ok, err := holder.Try(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	checks := 0
	done, err := waiter.Await(context.Background(), func() bool { checks++; return checks == 3 })
	if !done || err != nil {
		t.Errorf("an answer that comes while the lock is held: %v, %v", done, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if done, err := waiter.Await(ctx, func() bool { return false }); done || !errors.Is(err, ErrLockWait) {
		t.Errorf("no answer: %v, %v", done, err)
	}
	if err := holder.Unlock(); err != nil {
		t.Fatal(err)
	}
	if done, err := waiter.Await(context.Background(), func() bool { return false }); done || err != nil {
		t.Errorf("a free lock: %v, %v", done, err)
	}
	if ok, _ := holder.Try(); ok {
		t.Error("Await returned without the lock")
	}
}

func TestLockWithoutADirectoryExcludesNobody(t *testing.T) {
	a, b := NewLock("", "device"), NewLock("", "device")
	for _, l := range []*Lock{a, b} {
		if ok, err := l.Try(); !ok || err != nil {
			t.Error(ok, err)
		}
		if err := l.Unlock(); err != nil {
			t.Error(err)
		}
	}
}
