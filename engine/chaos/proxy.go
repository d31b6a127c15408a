package chaos

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// link is the way from one node to one broker: a proxy for TCP that can be cut and
// slowed. Faults may overlap: each ends alone what it did. Its methods are safe for
// concurrent use.
type link struct {
	listener net.Listener
	to       string
	// from is the address of this machine from which the broker is dialled: by it the
	// broker tells nodes apart.
	from net.Addr
	work sync.WaitGroup
	mu   sync.Mutex
	open map[net.Conn]struct{}
	hurt map[*injury]struct{}
}

// injury is what one fault does to a link.
type injury struct {
	cut   bool
	delay time.Duration
}

// openLink listens on a free port and passes everything on to an address.
func openLink(from net.IP, to string) (*link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{listener: listener, to: to, from: &net.TCPAddr{IP: from}, open: make(map[net.Conn]struct{}), hurt: make(map[*injury]struct{})}
	l.work.Go(l.accept)
	return l, nil
}

func (l *link) address() string { return l.listener.Addr().String() }

func (l *link) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return // closed
		}
		l.work.Go(func() { l.serve(client) })
	}
}

// serve copies both ways until one end closes.
func (l *link) serve(client net.Conn) {
	if !l.hold(client) {
		return
	}
	defer l.drop(client)
	dialer := net.Dialer{Timeout: 2 * time.Second, LocalAddr: l.from}
	broker, err := dialer.DialContext(context.Background(), "tcp", l.to)
	if err != nil || !l.hold(broker) {
		return
	}
	defer l.drop(broker)
	l.work.Go(func() {
		_, _ = io.Copy(broker, client) // its end is all that it says
		l.drop(broker)
	})
	l.answers(client, broker)
}

// answers copies what a broker sends, later when the link is slow.
func (l *link) answers(client, broker net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := broker.Read(buffer)
		if wait := l.slowness(); wait > 0 {
			time.Sleep(wait)
		}
		if n > 0 {
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *link) slowness() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	longest := time.Duration(0)
	for i := range l.hurt {
		longest = max(longest, i.delay)
	}
	return longest
}

// hold keeps a connection, unless the link is cut.
func (l *link) hold(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.hurt {
		if i.cut {
			_ = c.Close()
			return false
		}
	}
	l.open[c] = struct{}{}
	return true
}

func (l *link) drop(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
	_ = c.Close()
}

// sever cuts the link until mend: all of its connections end, and new ones do at once.
func (l *link) sever() (mend func()) {
	mend = l.suffer(&injury{cut: true})
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.Close()
	}
	return mend
}

// slow has each answer come later, until mend; of several delays the longest counts.
func (l *link) slow(by time.Duration) (mend func()) { return l.suffer(&injury{delay: by}) }

func (l *link) suffer(i *injury) (mend func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hurt[i] = struct{}{}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.hurt, i)
	}
}

func (l *link) close() error {
	err := l.listener.Close()
	l.sever()
	l.work.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
