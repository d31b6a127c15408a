package chaos

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// echo answers lines with themselves and the address that they came from.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				lines := bufio.NewReader(c)
				for {
					text, err := lines.ReadString('\n')
					if err != nil {
						_ = c.Close()
						return
					}
					fmt.Fprintf(c, "%s %s", c.RemoteAddr().(*net.TCPAddr).IP, text)
				}
			}()
		}
	}()
	return l.Addr().String()
}

func say(c net.Conn) (string, error) {
	if _, err := io.WriteString(c, "hello\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(c).ReadString('\n')
}

// TestLink: a link passes on from its own address, is slow, is cut, and mends; what one
// fault did lasts until that one is over, whatever ends before.
func TestLink(t *testing.T) {
	l, err := openLink(net.IPv4(127, 0, 0, 13), echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.close() })
	dial := func() net.Conn {
		c, err := net.Dial("tcp", l.address())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	first := dial()
	if text, err := say(first); err != nil || text != "127.0.0.13 hello\n" {
		t.Fatalf("%q, %v", text, err)
	}
	slowly := func(want bool) {
		t.Helper()
		began := time.Now()
		if _, err := say(first); err != nil || want && time.Since(began) < 50*time.Millisecond {
			t.Errorf("a slow link: %v after %v", err, time.Since(began))
		}
		if got := l.slowness() > 0; got != want {
			t.Errorf("slow %t, want %t", got, want)
		}
	}
	earlier, later := l.slow(20*time.Millisecond), l.slow(50*time.Millisecond)
	slowly(true)
	earlier()
	slowly(true)
	later()
	slowly(false)
	earlier, later = l.sever(), l.sever()
	if _, err := say(first); err == nil {
		t.Error("a connection outlives the cut")
	}
	if _, err := say(dial()); err == nil {
		t.Error("a cut link takes connections")
	}
	slowedMeanwhile := l.slow(time.Millisecond)
	earlier()
	slowedMeanwhile()
	if _, err := say(dial()); err == nil {
		t.Error("the end of an earlier fault mends a link that a later one has cut")
	}
	later()
	if _, err := say(dial()); err != nil {
		t.Errorf("after mending: %v", err)
	}
}
