package brokers

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// keeper is the ZooKeeper of a cluster that is older than Kafka's own controllers.
type keeper struct {
	port    int
	process *os.Process
	done    chan struct{}
	end     string
}

// withKeeper tells whether a version of Kafka runs with a ZooKeeper: clusters
// moved to controllers of their own from 3.4 on.
func withKeeper(version string) bool {
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d.", &major, &minor)
	return err == nil && (major < 3 || major == 3 && minor < 4)
}

// startKeeper starts the ZooKeeper that came with the brokers' jars and returns
// when it takes connections.
func (c *Cluster) startKeeper(ctx context.Context, taken map[int]bool) error {
	port, err := freePort(taken)
	if err != nil {
		return err
	}
	dir := filepath.Join(c.dir, "zookeeper")
	settings := filepath.Join(dir, "zookeeper.properties")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf("dataDir=%s\nclientPort=%d\nclientPortAddress=127.0.0.1\ntickTime=500\nmaxClientCnxns=0\nadmin.enableServer=false\n", filepath.Join(dir, "data"), port)
	if err := os.WriteFile(settings, []byte(text), 0o644); err != nil {
		return err
	}
	k := &keeper{port: port}
	main := "org.apache.zookeeper.server.quorum.QuorumPeerMain"
	if k.process, k.done, err = spawn(c.java(128, main, settings), filepath.Join(dir, "zookeeper.log"), &k.end); err != nil {
		return fmt.Errorf("start ZooKeeper: %w", err)
	}
	c.keeper = k
	dialer := net.Dialer{Timeout: time.Second}
	for {
		conn, err := dialer.DialContext(ctx, "tcp", k.address())
		if err == nil {
			return conn.Close()
		}
		select {
		case <-k.done:
			return fmt.Errorf("the ZooKeeper ended while starting: %s; see %s", k.end, dir)
		case <-ctx.Done():
			return fmt.Errorf("the ZooKeeper takes no connections: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (k *keeper) address() string { return fmt.Sprintf("127.0.0.1:%d", k.port) }

// clients gives the settings of a broker that is registered with it.
func (k *keeper) clients(b *Broker) map[string]string {
	return map[string]string{
		"broker.id":                       fmt.Sprint(b.NodeID()),
		"zookeeper.connect":               k.address(),
		"zookeeper.session.timeout.ms":    fmt.Sprint(session.Milliseconds()),
		"zookeeper.connection.timeout.ms": "30000",
		"listeners":                       fmt.Sprintf("PLAINTEXT://127.0.0.1:%d", b.port),
	}
}

// forget waits until a broker that ended at that moment is forgotten: a new one with
// its number would end at once while the session of the old one lasts.
func (k *keeper) forget(ended time.Time) {
	if !ended.IsZero() {
		time.Sleep(time.Until(ended.Add(session + time.Second)))
	}
}

// stop ends it at once; nil does nothing.
func (k *keeper) stop() {
	if k == nil {
		return
	}
	_ = k.process.Kill()
	<-k.done
}
