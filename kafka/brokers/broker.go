package brokers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Broker is one broker process (which is a controller, too, unless the cluster has a
// ZooKeeper).
type Broker struct {
	cluster              *Cluster
	number               int
	port, controllerPort int
	more                 []listener
	dir, dataDir         string

	mu      sync.Mutex
	process *os.Process
	done    chan struct{} // closed when the process has ended
	ended   time.Time     // when it was ended last
	end     string        // how it ended; set before done is closed
}

// NodeID is the broker's number in Kafka.
func (b *Broker) NodeID() int32 { return int32(b.number + 1) }

// Address is the broker's host:port.
func (b *Broker) Address() string { return fmt.Sprintf("127.0.0.1:%d", b.port) }

// LogFile is what the broker has written.
func (b *Broker) LogFile() string { return filepath.Join(b.dir, "broker.log") }

func (b *Broker) settingsFile() string { return filepath.Join(b.dir, "broker.properties") }

// java gives the command line of a main class.
func (c *Cluster) java(heapMB int, main string, args ...string) []string {
	options := []string{
		fmt.Sprintf("-Xmx%dm", heapMB), "-Xshare:auto",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
		"-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
	}
	if c.options.Optimise {
		options = append(options, "-XX:+UseG1GC", fmt.Sprintf("-Xms%dm", heapMB))
	} else {
		options = append(options, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
	}
	return append(append(append([]string{"java"}, options...), "-cp", filepath.Join(c.jars, "*"), main), args...)
}

// format prepares the data directory, unless it is.
func (b *Broker) format(ctx context.Context) error {
	command := b.cluster.java(128, "kafka.tools.StorageTool",
		"format", "-t", b.cluster.id, "-c", b.settingsFile(), "--ignore-formatted")
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("format broker %d: %w: %s", b.number+1, err, lastLines(string(output), 10))
	}
	return nil
}

// Start starts the broker if it is not running. It doesn't wait for it: see
// Cluster.WaitReady.
func (b *Broker) Start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process != nil {
		return nil
	}
	if k := b.cluster.keeper; k != nil {
		k.forget(b.ended)
	}
	process, done, err := spawn(b.cluster.java(b.cluster.options.HeapMB, "kafka.Kafka", b.settingsFile()), b.LogFile(), &b.end)
	if err != nil {
		return fmt.Errorf("start broker %d: %w", b.number+1, err)
	}
	b.process, b.done = process, done
	return nil
}

// spawn starts a process that writes to a log and dies with this one. done is
// closed when it has ended, with how in end.
func spawn(command []string, logFile string, end *string) (*os.Process, chan struct{}, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, nil, err
	}
	defer log.Close()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = dieWithParent()
	started, done := make(chan error), make(chan struct{})
	go func() {
		// The kernel kills the child when the thread that made it ends, not when
		// the process does: this one stays until the child is gone.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			*end = cmd.ProcessState.String()
			close(done)
		}
	}()
	if err := <-started; err != nil {
		return nil, nil, err
	}
	return cmd.Process, done, nil
}

// Process is one that dies with this process.
type Process struct {
	*os.Process
	// Done is closed when it has ended.
	Done <-chan struct{}
	end  string
}

// End says how it ended; valid when Done is closed.
func (p *Process) End() string { return p.end }

// Spawn starts a command that writes to the end of a log file and dies with this
// process, however that ends.
func Spawn(command []string, logFile string) (*Process, error) {
	p := &Process{}
	process, done, err := spawn(command, logFile, &p.end)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	p.Process, p.Done = process, done
	return p, nil
}

// Kill ends the broker at once (SIGKILL), as a power failure of its process, and
// returns when it is gone.
func (b *Broker) Kill() error { return b.signal(syscall.SIGKILL) }

// Stop ends the broker in order (SIGTERM): it hands its partitions over first.
func (b *Broker) Stop() error { return b.signal(syscall.SIGTERM) }

func (b *Broker) signal(s syscall.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process == nil {
		return nil
	}
	if s == syscall.SIGTERM {
		_ = b.process.Signal(syscall.SIGCONT)
	}
	if err := b.process.Signal(s); err != nil && !closed(b.done) {
		return fmt.Errorf("broker %d: %w", b.number+1, err)
	}
	select {
	case <-b.done:
	case <-time.After(30 * time.Second):
		_ = b.process.Kill()
		<-b.done
	}
	b.process, b.ended = nil, time.Now()
	return nil
}

// Pause stops the broker's process without ending it (SIGSTOP): its connections
// stay open and nothing answers.
func (b *Broker) Pause() error { return b.send(syscall.SIGSTOP) }

// Resume lets a paused broker go on.
func (b *Broker) Resume() error { return b.send(syscall.SIGCONT) }

func (b *Broker) send(s syscall.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process == nil {
		return fmt.Errorf("broker %d is not running", b.number+1)
	}
	return b.process.Signal(s)
}

// Running tells whether the broker's process is there.
func (b *Broker) Running() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.process != nil && !closed(b.done)
}

// exited tells that the process has ended by itself.
func (b *Broker) exited() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.process != nil && closed(b.done)
}

// state says how the process is, for reports of failures.
func (b *Broker) state() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.process == nil:
		return "is stopped"
	case closed(b.done):
		return "has ended by itself: " + b.end
	}
	return "is running"
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
