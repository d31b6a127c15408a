// Package brokers runs real Kafka brokers, without containers: from the released jars,
// each a process of its own that dies with this one. Brokers can be killed, stopped,
// paused and started again. Tests get theirs from kafka/kafkatest.
package brokers

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Options say what cluster to run. The zero value is one broker of
// DefaultVersion.
type Options struct {
	// Brokers is how many there are; default 1. With three or more, topics have
	// three replicas of which two must be in step.
	Brokers int
	// Version of Kafka; default $VELOX_TEST_KAFKA_VERSION, or DefaultVersion. Versions
	// below 3.4 run with a ZooKeeper, as nearly all clusters of their time.
	Version string
	// HeapMB is each broker's heap; default 512.
	HeapMB int
	// Optimise lets the JVM compile fully, for measurements. Tests start faster
	// without.
	Optimise bool
	// BrokerSettings are laid over those of the harness.
	BrokerSettings map[string]string
	// Listeners is how many more listeners each broker has, and Advertise gives the
	// address at which clients of one find the broker that listens at address: a
	// proxy's. Both are numbered from 0. Advertise is called once each, before the
	// brokers start.
	Listeners int
	Advertise func(broker, listener int, address string) (string, error)
	// Home is an unpacked distribution of Kafka, or a directory of its jars; default:
	// those of Version, which are fetched.
	Home string
	// Dir keeps data and logs; default a new temporary one, removed by Close.
	Dir string
}

// Cluster is a running Kafka cluster. Its methods are safe for concurrent use.
type Cluster struct {
	options  Options
	id       string
	jars     string
	dir      string
	ownDir   bool
	keeper   *keeper // nil: the brokers are their own controllers
	brokers  []*Broker
	external []string
	closing  sync.Once
}

// Run starts a cluster and returns when every broker answers. The brokers die
// with this process, however it ends. ctx bounds the start alone.
func Run(ctx context.Context, options Options) (*Cluster, error) {
	options.Brokers = max(1, options.Brokers)
	if options.HeapMB == 0 {
		options.HeapMB = 512
	}
	options.Version = Version(options.Version)
	if _, err := exec.LookPath("java"); err != nil {
		return nil, errors.New("java is not installed: brokers need version 17 or newer")
	}
	jars, err := jarsOf(ctx, &options)
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: options, id: newClusterID(), jars: jars, dir: options.Dir}
	if c.dir == "" {
		c.dir, err = os.MkdirTemp("", "velox-kafka-")
		c.ownDir = true
	}
	if err != nil {
		return nil, err
	}
	if err := c.start(ctx); err != nil {
		err = errors.Join(err, errors.New(c.LogTails()))
		c.Close()
		return nil, err
	}
	return c, nil
}

// At gives a cluster that is there already, at these addresses. Its brokers can't be
// controlled.
func At(addresses ...string) *Cluster { return &Cluster{external: addresses} }

// newClusterID keeps brokers of clusters that run at the same time from taking
// each other for one of theirs.
func newClusterID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[0] &= 0x7f        // a leading dash would be taken for an option
	return base64.RawURLEncoding.EncodeToString(b)
}

// Version gives the version that is asked for: that of VELOX_TEST_KAFKA_VERSION when
// asked is empty, or else DefaultVersion.
func Version(asked string) string {
	if asked == "" {
		asked = os.Getenv("VELOX_TEST_KAFKA_VERSION")
	}
	if asked == "" {
		asked = DefaultVersion
	}
	return asked
}

func (c *Cluster) start(ctx context.Context) error {
	taken := make(map[int]bool)
	for i := range c.options.Brokers {
		b := &Broker{cluster: c, number: i, dir: filepath.Join(c.dir, fmt.Sprintf("broker-%d", i+1))}
		b.dataDir = filepath.Join(b.dir, "data")
		var err error
		if b.port, err = freePort(taken); err != nil {
			return err
		}
		if b.controllerPort, err = freePort(taken); err != nil {
			return err
		}
		if err := b.listen(taken); err != nil {
			return err
		}
		c.brokers = append(c.brokers, b)
	}
	if withKeeper(c.options.Version) {
		if err := c.startKeeper(ctx, taken); err != nil {
			return err
		}
	}
	for i, b := range c.brokers {
		if err := os.MkdirAll(b.dir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(b.settingsFile(), []byte(c.properties(i)), 0o644); err != nil {
			return err
		}
	}
	if c.keeper == nil {
		if err := each(c.brokers, func(b *Broker) error { return b.format(ctx) }); err != nil {
			return err
		}
	}
	for _, b := range c.brokers {
		if err := b.Start(); err != nil {
			return err
		}
	}
	return c.WaitReady(ctx, c.options.Brokers)
}

// each runs f for all brokers at once and joins the errors.
func each(brokers []*Broker, f func(*Broker) error) error {
	errs := make([]error, len(brokers))
	var wg sync.WaitGroup
	for i, b := range brokers {
		wg.Go(func() { errs[i] = f(b) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// WaitReady returns when n brokers are registered and there is a controller.
func (c *Cluster) WaitReady(ctx context.Context, n int) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(c.BootstrapServers()...), kgo.AlwaysRetryEOF(),
		kgo.DisableClientMetrics(), kgo.RetryTimeout(2*time.Second), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		// Not kadm.BrokerMetadata: it answers from a cache that nothing renews.
		ask := kmsg.NewPtrMetadataRequest()
		ask.Topics = []kmsg.MetadataRequestTopic{}
		have := 0
		m, err := ask.RequestWith(ctx, client)
		if err == nil {
			have = len(m.Brokers)
			if have >= n && m.ControllerID >= 0 {
				return nil
			}
		}
		for _, b := range c.brokers {
			if b.exited() {
				return fmt.Errorf("broker %d ended while starting", b.number+1)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("want %d brokers, have %d: %w", n, have, errors.Join(ctx.Err(), err))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// BootstrapServers gives the brokers' addresses.
func (c *Cluster) BootstrapServers() []string {
	if c.external != nil {
		return c.external
	}
	servers := make([]string, len(c.brokers))
	for i, b := range c.brokers {
		servers[i] = b.Address()
	}
	return servers
}

// External tells that the cluster is one that was there before (At), whose brokers
// can't be controlled.
func (c *Cluster) External() bool { return c.external != nil }

// WithZooKeeper tells that a ZooKeeper chooses the controller, and not a quorum of the
// brokers.
func (c *Cluster) WithZooKeeper() bool { return c.keeper != nil }

// Brokers gives the brokers in the order of their numbers; none when the cluster
// is external.
func (c *Cluster) Brokers() []*Broker { return c.brokers }

// Broker gives the broker with a Kafka node id, or nil.
func (c *Cluster) Broker(nodeID int32) *Broker {
	if nodeID < 1 || int(nodeID) > len(c.brokers) {
		return nil
	}
	return c.brokers[nodeID-1]
}

// Dir is where data and logs are.
func (c *Cluster) Dir() string { return c.dir }

// Close kills the brokers and removes their data, unless Options.Dir was given.
func (c *Cluster) Close() {
	c.closing.Do(func() {
		_ = each(c.brokers, func(b *Broker) error { return b.Kill() })
		c.keeper.stop()
		if c.ownDir {
			_ = os.RemoveAll(c.dir)
		}
	})
}

// LogTails gives the states of the brokers and the ends of their logs, a text of many
// lines for whoever looks for what went wrong.
func (c *Cluster) LogTails() string {
	var all string
	for _, b := range c.brokers {
		all += fmt.Sprintf("broker %d %s", b.number+1, b.state())
		text, err := os.ReadFile(b.LogFile())
		if err == nil && len(text) > 0 {
			all += fmt.Sprintf(" and says at the end:\n%s", lastLines(string(text), 20))
		}
		all += "\n"
	}
	return all
}
