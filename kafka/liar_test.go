package kafka_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func errorIs(err error, name string) bool {
	e, ok := errors.AsType[*kerr.Error](err)
	return ok && e.Message == name
}

// liar sits between a client and its brokers and makes the next commit of a
// transaction end without a usable answer: the broker's answer becomes
// UNKNOWN_SERVER_ERROR, or, when the commit must not be applied, is that without
// the broker ever hearing of it. It works on any Kafka.
type liar struct {
	mu      sync.Mutex
	armed   bool
	applied bool
}

func newLiar() *liar { return &liar{} }

func (l *liar) arm(applied bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed, l.applied = true, applied
}

// take says whether this is the request to lie about.
func (l *liar) take() (lie, applied bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lie, l.armed = l.armed, false
	return lie, l.applied
}

func (l *liar) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &lyingConn{Conn: c, liar: l, lies: make(map[int32]int16)}, nil
}

// lyingConn looks at whole requests, which kgo writes one a Write, and reads
// whole answers.
type lyingConn struct {
	net.Conn
	liar *liar

	mu sync.Mutex
	// lies holds the version of each EndTxn whose answer is to be changed.
	lies map[int32]int16
	// pending is read before anything else.
	pending []byte
}

func (c *lyingConn) Write(b []byte) (int, error) {
	const endTxn = 26
	if len(b) >= 12 && int16(binary.BigEndian.Uint16(b[4:])) == endTxn {
		if lie, applied := c.liar.take(); lie {
			version, correlation := int16(binary.BigEndian.Uint16(b[6:])), int32(binary.BigEndian.Uint32(b[8:]))
			c.mu.Lock()
			c.lies[correlation] = version
			c.mu.Unlock()
			if !applied {
				// The broker never hears of it: ask for something harmless with the
				// same number, so that there is an answer to replace.
				return len(b), c.askVersions(correlation)
			}
		}
	}
	return c.Conn.Write(b)
}

func (c *lyingConn) askVersions(correlation int32) error {
	ask := kmsg.NewPtrApiVersionsRequest()
	ask.Version = 0
	b := kmsg.NewRequestFormatter().AppendRequest(nil, ask, correlation)
	_, err := c.Conn.Write(b)
	return err
}

func (c *lyingConn) Read(b []byte) (int, error) {
	if len(c.pending) == 0 {
		if err := c.readAnswer(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

func (c *lyingConn) readAnswer() error {
	head := make([]byte, 8)
	if err := readFull(c.Conn, head); err != nil {
		return err
	}
	rest := make([]byte, binary.BigEndian.Uint32(head)-4)
	if err := readFull(c.Conn, rest); err != nil {
		return err
	}
	correlation := int32(binary.BigEndian.Uint32(head[4:]))
	c.mu.Lock()
	version, lie := c.lies[correlation]
	delete(c.lies, correlation)
	c.mu.Unlock()
	if !lie {
		c.pending = append(head, rest...)
		return nil
	}
	answer := kmsg.NewPtrEndTxnResponse()
	answer.Version = version
	answer.ErrorCode = kerr.UnknownServerError.Code
	body := answer.AppendTo(nil)
	if answer.IsFlexible() {
		body = append([]byte{0}, body...) // no tags in the header
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(4+len(body)))
	out = binary.BigEndian.AppendUint32(out, uint32(correlation))
	c.pending = append(out, body...)
	return nil
}

func readFull(c net.Conn, b []byte) error {
	for len(b) > 0 {
		n, err := c.Read(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
