package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/velox-trading/velox/kafka/brokers"
)

// node is one process of veloxd. Its place is one of the five of a run: each has links
// of its own to the brokers, and an address by which they know it.
type node struct {
	place   int
	process *brokers.Process
	http    string
	log     string
	stopped bool // by SIGSTOP
	slept   bool // was stopped at some time
	ending  bool // was killed, or asked to end
}

func (n *node) String() string { return fmt.Sprintf("node %d", n.place) }

// host is the address of this machine from which the brokers see a place.
func host(place int) net.IP { return net.IPv4(127, 0, 1, byte(place+1)) }

// startNode runs veloxd with arguments that follow those of every node.
func startNode(program, dir string, place int, file string, more ...string) (*node, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &node{place: place, http: l.Addr().String(), log: filepath.Join(dir, fmt.Sprintf("node-%d.log", place))}
	if err := l.Close(); err != nil {
		return nil, err
	}
	command := append([]string{program, "run", "--config", file, "--no-demo", "--quiet", "--http-address", n.http}, more...)
	if n.process, err = brokers.Spawn(command, n.log); err != nil {
		return nil, err
	}
	return n, nil
}

var client = &http.Client{Timeout: 2 * time.Second}

// ready tells whether the node is at work.
func (n *node) ready(ctx context.Context) bool {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.http+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	reply, err := client.Do(ask)
	if err != nil {
		return false
	}
	_ = reply.Body.Close()
	return reply.StatusCode == http.StatusOK
}

// inCommit makes the node's next commit of a symbol or account shard wait with all its
// records written, and tells whether it does.
func (n *node) inCommit(ctx context.Context) bool {
	const rule = `{"point": "end transaction", "action": "delay", "delay": "4s", "nth": 1}`
	url := "http://" + n.http + "/admin/faults"
	// What an earlier rule has struck tells nothing of this one.
	if !n.ask(ctx, http.MethodDelete, url, "", nil) || !n.ask(ctx, http.MethodPost, url, rule, nil) {
		return false
	}
	return until(ctx, 6*time.Second, func() bool {
		var told struct {
			Struck int64 `json:"struck"`
			Rules  []struct {
				Struck int64 `json:"struck"`
			} `json:"rules"`
		}
		if !n.ask(ctx, http.MethodGet, url, "", &told) {
			return false
		}
		for _, r := range told.Rules {
			if r.Struck > 0 {
				return true
			}
		}
		return false
	})
}

func (n *node) ask(ctx context.Context, method, url, body string, into any) bool {
	ask, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return false
	}
	ask.Header.Set("Content-Type", "application/json")
	reply, err := client.Do(ask)
	if err != nil {
		return false
	}
	defer func() { _ = reply.Body.Close() }()
	var text bytes.Buffer
	if _, err := text.ReadFrom(reply.Body); err != nil || reply.StatusCode >= 300 {
		return false
	}
	return into == nil || json.Unmarshal(text.Bytes(), into) == nil
}

// signal sends one; a process that is gone takes none.
func (n *node) signal(s syscall.Signal) { _ = n.process.Signal(s) }

func (n *node) gone() bool {
	select {
	case <-n.process.Done:
		return true
	default:
		return false
	}
}
