package kafka_test

import (
	"context"
	"errors"
	"net"
	"sync"
)

// link is the network between one node and its brokers.
type link struct {
	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

func newLink() *link { return &link{conns: make(map[net.Conn]bool)} }

var errDown = errors.New("the link is down")

func (l *link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	down := l.down
	l.mu.Unlock()
	if down {
		return nil, errDown
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		_ = c.Close()
		return nil, errDown
	}
	l.conns[c] = true
	return c, nil
}

// cut closes every connection and refuses new ones.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for c := range l.conns {
		_ = c.Close()
	}
	clear(l.conns)
}

func (l *link) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}
