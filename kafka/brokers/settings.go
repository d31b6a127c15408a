package brokers

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"time"
)

// properties gives the settings of broker i of n. They are those of a careful
// production cluster (three replicas, two in step, no unclean election), with
// short waits.
func (c *Cluster) properties(i int) string {
	n := len(c.brokers)
	b := c.brokers[i]
	replicas, inSync := min(3, n), max(1, min(3, n)-1)
	p := map[string]string{
		"inter.broker.listener.name":                                  "PLAINTEXT",
		"advertised.listeners":                                        fmt.Sprintf("PLAINTEXT://127.0.0.1:%d", b.port),
		"log.dirs":                                                    b.dataDir,
		"auto.create.topics.enable":                                   "false",
		"default.replication.factor":                                  fmt.Sprint(replicas),
		"min.insync.replicas":                                         fmt.Sprint(inSync),
		"unclean.leader.election.enable":                              "false",
		"offsets.topic.replication.factor":                            fmt.Sprint(replicas),
		"offsets.topic.num.partitions":                                "5",
		"transaction.state.log.num.partitions":                        "5",
		"transaction.state.log.replication.factor":                    fmt.Sprint(replicas),
		"transaction.state.log.min.isr":                               fmt.Sprint(inSync),
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
		"group.initial.rebalance.delay.ms":                            "0",
		"group.min.session.timeout.ms":                                "1000",
		// Small machines.
		"num.network.threads":             "2",
		"num.io.threads":                  "4",
		"log.cleaner.threads":             "1",
		"log.cleaner.backoff.ms":          "500",
		"log.cleaner.dedupe.buffer.size":  "16777216",
		"log.index.size.max.bytes":        "1048576",
		"log.retention.check.interval.ms": "1000",
	}
	if c.keeper != nil {
		maps.Copy(p, c.keeper.clients(b))
	} else {
		maps.Copy(p, c.quorum(b))
	}
	b.advertise(p)
	maps.Copy(p, c.options.BrokerSettings)
	var text strings.Builder
	for _, k := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&text, "%s=%s\n", k, p[k])
	}
	return text.String()
}

// session is after how long a killed broker's partitions move; the default is 9 s,
// with a ZooKeeper 18 s.
const session = 3 * time.Second

// quorum gives the settings of a broker that is one of the controllers.
func (c *Cluster) quorum(b *Broker) map[string]string {
	voters := make([]string, len(c.brokers))
	for k, v := range c.brokers {
		voters[k] = fmt.Sprintf("%d@127.0.0.1:%d", k+1, v.controllerPort)
	}
	return map[string]string{
		"process.roles":                  "broker,controller",
		"node.id":                        fmt.Sprint(b.NodeID()),
		"controller.quorum.voters":       strings.Join(voters, ","),
		"controller.listener.names":      "CONTROLLER",
		"listeners":                      fmt.Sprintf("PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d", b.port, b.controllerPort),
		"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"broker.session.timeout.ms":      fmt.Sprint(session.Milliseconds()),
		"broker.heartbeat.interval.ms":   "500",
	}
}

// freePort finds a port below the range from which connections get theirs: a
// broker that is down must find its port free when it comes back, and a client
// that dials it meanwhile must not connect to itself.
func freePort(taken map[int]bool) (int, error) {
	for range 200 {
		port := 15_000 + rand.IntN(15_000)
		if taken[port] {
			continue
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			return 0, err
		}
		taken[port] = true
		return port, nil
	}
	return 0, fmt.Errorf("found no free port on 127.0.0.1 between 15000 and 30000")
}
