package brokers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// listener is one more listener of a broker.
type listener struct {
	name, address, advertised string
}

// listen finds ports for the listeners that are asked for, and who they are known as.
func (b *Broker) listen(taken map[int]bool) error {
	o := &b.cluster.options
	for i := range o.Listeners {
		port, err := freePort(taken)
		if err != nil {
			return err
		}
		l := listener{name: fmt.Sprintf("CLIENT%d", i), address: fmt.Sprintf("127.0.0.1:%d", port)}
		if l.advertised, err = o.Advertise(b.number, i, l.address); err != nil {
			return fmt.Errorf("listener %d of broker %d: %w", i, b.number+1, err)
		}
		b.more = append(b.more, l)
	}
	return nil
}

// advertise adds them to the broker's settings.
func (b *Broker) advertise(settings map[string]string) {
	for _, l := range b.more {
		settings["listeners"] += fmt.Sprintf(",%s://%s", l.name, l.address)
		settings["advertised.listeners"] += fmt.Sprintf(",%s://%s", l.name, l.advertised)
		if settings["listener.security.protocol.map"] == "" {
			settings["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT"
		}
		settings["listener.security.protocol.map"] += fmt.Sprintf(",%s:PLAINTEXT", l.name)
	}
}

// jarsOf gives the directory of the jars that a cluster runs from.
func jarsOf(ctx context.Context, o *Options) (string, error) {
	if o.Home == "" {
		return Fetch(ctx, o.Version)
	}
	for _, dir := range []string{filepath.Join(o.Home, "libs"), o.Home} {
		if found, _ := filepath.Glob(filepath.Join(dir, "kafka_2.*.jar")); len(found) > 0 { // the pattern is good
			return dir, nil
		}
	}
	if _, err := os.Stat(o.Home); err != nil {
		return "", fmt.Errorf("the home of Kafka: %w", err)
	}
	return "", fmt.Errorf("%s has no jar kafka_2.*.jar, nor has its folder libs: want an unpacked distribution of Kafka, or a directory of its jars", o.Home)
}
