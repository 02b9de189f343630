package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/bootstrap"
	"github.com/awsbroker/awsbroker/internal/say"
)

// progress is a list of steps, each with a tick when it is done. On a terminal
// one that takes over a second has something that moves beside it.
type progress struct {
	app     *app
	mu      sync.Mutex
	step    string // empty: none is going on
	why     string
	since   time.Time
	asking  bool // a question stands on the terminal, which is not to be written over
	frame   int
	drawn   bool
	stopped chan struct{}
	once    sync.Once
}

var _ bootstrap.Progress = (*progress)(nil)

func newProgress(a *app) *progress {
	p := &progress{app: a, stopped: make(chan struct{})}
	if a.stderr.IsTerminal() {
		go p.spin()
	}
	return p
}

func (p *progress) close() {
	p.once.Do(func() { close(p.stopped) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	p.step = ""
}

const spinner = `|/-\`

func (p *progress) spin() {
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.stopped:
			return
		case <-tick.C:
			p.draw()
		}
	}
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.step == "" || p.asking || time.Since(p.since) < time.Second {
		return
	}
	p.frame++
	text := fmt.Sprintf("  %c %s", spinner[p.frame%len(spinner)], p.step)
	if p.why != "" {
		text += ": waiting " + p.why
	}
	p.drawn = true
	if waited := time.Since(p.since); waited > 3*time.Second {
		text += ", " + say.Duration(waited)
	}
	fmt.Fprint(p.app.stderr.Raw(), wipeLine, p.app.stderr.Cut(text))
}

// wipe what moves off the line.
func (p *progress) wipe() {
	if p.drawn {
		p.drawn = false
		fmt.Fprint(p.app.stderr.Raw(), wipeLine)
	}
}

// Begin implements broker.Progress.
func (p *progress) Begin(step string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	p.step, p.why, p.since, p.asking = step, "", time.Now(), false
}

// Waiting implements broker.Progress. Where nothing moves, it is said once;
// before the first step there is nothing to say it of.
func (p *progress) Waiting(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.step == "" {
		return
	}
	if p.asking {
		p.asking, p.since = false, time.Now()
	}
	if p.why != what && !p.app.stderr.IsTerminal() && !p.app.oneLine {
		fmt.Fprintf(p.app.stderr, "awsbroker: %s: waiting %s\n", p.step, what)
	}
	p.why = what
}

// Asking implements broker.Progress.
func (p *progress) Asking() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	p.asking = true
}

// End implements broker.Progress.
func (p *progress) End(outcome string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.step == "" {
		return
	}
	p.wipe()
	mark := p.app.stderr.Paint(say.Good, "✓")
	if outcome == "failed" {
		mark = p.app.stderr.Paint(say.Bad, "✗")
	}
	fmt.Fprintf(p.app.stderr, "  %s %s: %s\n", mark, p.step, outcome)
	p.step = ""
}
