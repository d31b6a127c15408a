package verify

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/messages"
)

// The memory that a record takes, on average, as docs/verify.md has it.
const (
	bytesOfRecord       = 1600
	bytesWithoutCandles = 600
)

// Cost is what a verification takes, as far as that is known before it reads.
type Cost struct {
	// Records are at most as many: the ends of transactions have offsets, too.
	Records int64
	// Bytes of memory are what so many records take, about.
	Bytes int64
	// Memory is what this process may have, 0 when that is not known.
	Memory int64
}

// expect tells what the verification will take. Compacted topics don't count: their
// offsets say nothing of how many records are left, which are few.
func (v *verification) expect(ctx context.Context) error {
	if v.Expect == nil {
		return nil
	}
	compacted := []string{messages.StateTopic(messages.SymbolShard), messages.StateTopic(messages.AccountShard), messages.TopicStrategies}
	all, err := v.log.Offsets(ctx, slices.DeleteFunc(slices.Clone(v.parts), func(tp messages.TopicPartition) bool { return slices.Contains(compacted, tp.Topic) })...)
	if err != nil {
		return err
	}
	records := int64(0)
	for _, r := range all {
		records += r.End - r.Start
	}
	v.Expect(v.cost(records, memory(os.DirFS("/"))))
	return nil
}

func (c *Config) cost(records, memory int64) Cost {
	each := int64(bytesOfRecord)
	if c.Candles == nil {
		each = bytesWithoutCandles
	}
	return Cost{Records: records, Bytes: records * each, Memory: memory}
}

// memory gives what this process may have by the files in which Linux tells it: the
// machine's or, if less, its control group's; 0 elsewhere.
func memory(root fs.FS) int64 {
	machine := int64(0)
	text, _ := fs.ReadFile(root, "proc/meminfo")
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "MemTotal:" {
			machine = number(fields[1]) * 1024
		}
	}
	text, _ = fs.ReadFile(root, "sys/fs/cgroup/memory.max")
	if group := number(strings.TrimSpace(string(text))); group > 0 && (machine == 0 || group < machine) {
		return group
	}
	return machine
}

// number reads one, 0 for other texts, such as "max".
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
