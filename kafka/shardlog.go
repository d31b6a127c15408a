package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// shardLog is one shard's producer and readers. Everything that it starts ends
// with Close.
type shardLog struct {
	log *Log
	id  messages.ShardID
	// life ends with Close. The producers work under it and not under the
	// caller's contexts: giving up a record or an EndTxn half way would leave the
	// client in a state that only closing it ends.
	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup

	producer *kgo.Client // transactional
	// spent is why nothing more may be written.
	spent error
	// loaded holds the topics whose partitions the producer has published.
	loaded map[string]bool
	// restored is the end of the state that Restore read up to, until a commit has shown
	// that it was the end; -1 otherwise.
	restored int64

	mu     sync.Mutex // guards what Close must see: the three below
	emits  *emitter
	reader *reader
	state  *kgo.Client // for Restore; nil once that has it
}

// OpenShard makes a client with the shard's transactional id and obtains its
// producer id, which makes the cluster abort and fence every earlier owner. The
// error of that request is looked at: BeginTransaction would hide it. While
// brokers come and go it is repeated for some seconds. The shard's state is on its way
// meanwhile: whoever waits for the shard waits for one of the two and not for both.
func (l *Log) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	if err := l.fault(FaultOpen, id); err != nil {
		return nil, fmt.Errorf("shard %s: open: %w", id, err)
	}
	opts := append(l.config.producerOptions(l.limits),
		kgo.TransactionalID(l.config.TransactionalID(string(id.Kind), id.Partition)),
		kgo.TransactionTimeout(time.Duration(l.config.TransactionTimeoutMs)*time.Millisecond),
		// A commit is bounded by its caller; blocking in the middle of handing it
		// over would only hold the transaction open.
		kgo.MaxBufferedRecords(1<<31-1),
	)
	producer, err := l.config.newClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("shard %s: open: %w", id, err)
	}
	state, err := l.config.newClient(l.config.readerOptions(fromStart(id.State()))...)
	if err != nil {
		producer.Close()
		return nil, fmt.Errorf("shard %s: open: %w", id, err)
	}
	err = patiently(ctx, func() error {
		_, _, err := producer.ProducerID(ctx)
		return err
	})
	if err != nil {
		producer.Close()
		state.Close()
		return nil, fmt.Errorf("shard %s: open: fence earlier owners of transactional id %s: %w",
			id, l.config.TransactionalID(string(id.Kind), id.Partition), err)
	}
	s := &shardLog{log: l, id: id, producer: producer, state: state, loaded: make(map[string]bool), restored: -1}
	s.life, s.end = context.WithCancel(context.Background())
	return s, nil
}

// fault asks the injected fault, if there is one.
func (l *Log) fault(point string, id messages.ShardID) error {
	if l.config.Fault == nil {
		return nil
	}
	return l.config.Fault(point, id.String())
}

// spawn starts work that Close waits for, and does nothing after Close.
func (s *shardLog) spawn(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life.Err() != nil {
		return false
	}
	s.work.Go(f)
	return true
}

// Offsets gives start and high watermark of each partition asked for.
func (s *shardLog) Offsets(ctx context.Context, tps ...messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	ranges, err := s.log.Offsets(ctx, tps...)
	if err != nil {
		return nil, fmt.Errorf("shard %s: %w", s.id, err)
	}
	return ranges, nil
}

// Read replaces the inputs that Poll reads.
func (s *shardLog) Read(inputs []messages.Input) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life.Err() != nil {
		return fmt.Errorf("shard %s: read: %w", s.id, errClosed)
	}
	if s.reader != nil {
		s.reader.close()
		s.reader = nil
	}
	r, err := newReader(s.log, inputs)
	if err != nil {
		return fmt.Errorf("shard %s: read: %w", s.id, err)
	}
	s.reader = r
	return nil
}

// Poll returns the next records of the inputs. It returns early only when there
// are records; positions that move without any are told with the next records
// or when wait is over.
func (s *shardLog) Poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	if err := s.log.fault(FaultFetch, s.id); err != nil {
		return messages.Batch{}, fmt.Errorf("shard %s: poll: %w", s.id, err)
	}
	s.mu.Lock()
	r := s.reader
	s.mu.Unlock()
	var batch messages.Batch
	err := errNoInputs
	if r != nil {
		batch, err = r.poll(ctx, limit, wait)
	}
	if err != nil {
		return messages.Batch{}, fmt.Errorf("shard %s: poll: %w", s.id, err)
	}
	return batch, nil
}

var (
	errClosed   = errors.New("the shard's log is closed")
	errNoInputs = errors.New("nothing to poll: call Read first")
)

// Close ends the shard's clients. What was emitted and is not acknowledged yet,
// or written in a transaction that is not committed, is given up. It may be
// called from another goroutine to end a call that blocks, and more than once.
func (s *shardLog) Close() {
	s.mu.Lock()
	s.end()
	emits, reader := s.emits, s.reader
	s.mu.Unlock()
	if state := s.takeState(); state != nil {
		state.Close()
	}
	if emits != nil {
		emits.close()
	}
	s.producer.Close()
	if reader != nil {
		reader.close()
	}
	s.work.Wait()
}
