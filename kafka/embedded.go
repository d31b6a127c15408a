package kafka

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// EmbeddedNotice is what a program should say when it starts the embedded
// broker.
const EmbeddedNotice = "embedded broker: for development and tests, not a production broker (one process, no replicas)"

// EmbeddedConfig says how the embedded broker runs.
type EmbeddedConfig struct {
	// Address is the host:port to listen on and to give to clients; default
	// 127.0.0.1:9092. Port 0 is any free port. The host must be one that clients
	// can dial, so 0.0.0.0 is refused.
	Address string
	// DataDir keeps everything over a restart; empty: memory only.
	DataDir string
	// Sync writes every batch through to the disk. Without it the last writes may
	// be lost when the machine fails; a killed process loses nothing that was
	// acknowledged.
	Sync bool
	// Log takes what the broker has to say; nil: nothing.
	Log io.Writer
}

// AddressTakenError says that the embedded broker's address is in use.
type AddressTakenError struct {
	Address string
	Cause   error
}

func (e *AddressTakenError) Error() string {
	return fmt.Sprintf("the embedded broker can't listen on %s: the port is taken, perhaps by another veloxd or a Kafka broker; "+
		"choose another (broker.address), or join what runs there (KAFKA_BOOTSTRAP_SERVERS=%s)", e.Address, e.Address)
}

func (e *AddressTakenError) Unwrap() error { return e.Cause }

// Embedded is a running embedded broker: one Kafka broker in this process that
// speaks the protocol as far as Velox and the usual tools need, transactions and
// groups included.
type Embedded struct {
	cluster *kfake.Cluster
	lock    *os.File
}

// StartEmbedded starts the embedded broker. Errors say what to do: a taken port
// is an *AddressTakenError; a data directory that can't be written or belongs to
// another running broker is named.
func StartEmbedded(config EmbeddedConfig) (*Embedded, error) {
	if config.Address == "" {
		config.Address = "127.0.0.1:9092"
	}
	if err := checkAddress(config.Address); err != nil {
		return nil, err
	}
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("velox-embedded"),
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.ListenFn(func(network, _ string) (net.Listener, error) { return net.Listen(network, config.Address) }),
	}
	if config.Log != nil {
		opts = append(opts, kfake.WithLogger(kfake.BasicLogger(config.Log, kfake.LogLevelWarn)))
	}
	e := &Embedded{}
	if config.DataDir != "" {
		lock, err := lockDataDir(config.DataDir)
		if err != nil {
			return nil, err
		}
		e.lock = lock
		opts = append(opts, kfake.DataDir(config.DataDir))
		if config.Sync {
			opts = append(opts, kfake.SyncWrites())
		}
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		e.unlock()
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, &AddressTakenError{config.Address, err}
		}
		return nil, fmt.Errorf("embedded broker on %s, data directory %q: %w", config.Address, config.DataDir, err)
	}
	e.cluster = cluster
	return e, nil
}

// checkAddress wants an address that clients can be given.
func checkAddress(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("the embedded broker's address %q: want host:port, such as 127.0.0.1:9092: %w", address, err)
	}
	ip, err := netip.ParseAddr(host)
	if host == "" || err == nil && ip.IsUnspecified() {
		return fmt.Errorf("the embedded broker's address %q: name the host that clients dial, such as 127.0.0.1: it is what they are told", address)
	}
	return nil
}

// lockDataDir makes the directory, checks that it can be written, and takes it
// for this process.
func lockDataDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("the embedded broker's data directory can't be made: %w; choose one that can be written with --data-dir (broker.data_dir)", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("the embedded broker's data directory %s can't be written: %w", dir, err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("the embedded broker's data directory %s is used by another running broker: %w", dir, err)
	}
	return f, nil
}

func (e *Embedded) unlock() {
	if e.lock != nil {
		_ = e.lock.Close()
	}
}

// Address gives the host:port that the broker listens on.
func (e *Embedded) Address() string { return e.cluster.ListenAddrs()[0] }

// Close ends the broker; with a data directory, everything is on disk then.
func (e *Embedded) Close() {
	e.cluster.Close()
	e.unlock()
}
