package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/engine"
	"github.com/velox-trading/velox/engine/chaos"
)

func chaosCommand() *cobra.Command {
	o := chaos.Options{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "chaos",
		Short: "Kill, stop, cut and move everything of a cluster of its own, and check what came out",
		Long: "Starts three brokers and three to five nodes on this machine, sends ticks through them, and does to them\n" +
			"what a seed says: nodes and brokers are killed, nodes are stopped and woken, connections cut and slowed,\n" +
			"nodes come and go, partitions move. At the end it checks that nothing was lost, doubled or wrong, also\n" +
			"against a node that took the same ticks in without a fault, and prints a scorecard. It touches no other\n" +
			"cluster.\n\n" +
			"It needs java 17 and Kafka: an unpacked distribution (--kafka-home), or Maven, with which it fetches one.\n\n" +
			"The scorecard has each recovery time with its bound and how many missed it. A miss is told and changes no\n" +
			"exit code, for it may be the machine's; to fail by it: veloxd chaos --json | jq -e '.missed_bounds == 0'.\n\n" +
			"Exits 0 when all is well, 1 when something was lost, doubled or wrong, when a partition never came back or a\n" +
			"node ended by itself, or when less struck or was looked at than was to be, 2 when the flags are wrong, 3 when\n" +
			"it could not be done.",
		Example: "  veloxd chaos --kafka-home ~/kafka_2.13-4.1.2\n" +
			"  veloxd chaos --seed 7 --length 1h --node-kills 100 --broker-kills 20 --stops 50 --joins 50\n" +
			"  veloxd chaos --length 0s --measures 3 --symbols 17100 --rate 30     # recovery times alone, 5,500 symbols a node",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkChaos(&o); err != nil {
				return &usageError{err}
			}
			return runChaos(cmd, o, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.KafkaHome, "kafka-home", "", "`DIR` of an unpacked Kafka, or of its jars; without it, they are fetched by Maven")
	flags.Uint64Var(&o.Seed, "seed", 0, "`NUMBER` that draws the faults; 0: one by the clock, which is printed")
	flags.DurationVar(&o.Length, "length", 3*time.Minute, "`DURATION` over which the faults are spread; 0s: measure only")
	flags.IntVar(&o.Counts.NodeKills, "node-kills", 10, "`NUMBER` of nodes that are killed")
	flags.IntVar(&o.Counts.BrokerKills, "broker-kills", 4, "`NUMBER` of brokers that are killed")
	flags.IntVar(&o.Counts.Stops, "stops", 3, "`NUMBER` of nodes that are stopped and woken")
	flags.IntVar(&o.Counts.Joins, "joins", 3, "`NUMBER` of nodes that join; about as many leave")
	flags.IntVar(&o.Counts.Links, "links", 4, "`NUMBER` of connections that are cut or slowed")
	flags.IntVar(&o.Counts.Moves, "moves", 4, "`NUMBER` of partitions that move")
	flags.IntVar(&o.Symbols, "symbols", 5500, "`NUMBER` of symbols")
	flags.IntVar(&o.Rate, "rate", 150, "`NUMBER` of ticks a second")
	flags.IntVar(&o.Measures, "measures", 1, "`NUMBER` of times that a kill and a stop are measured before anything else fails")
	flags.DurationVar(&o.Session, "session-timeout", 0, "`DURATION` of silence after which a node is given up; default: that of configs/fast-failover.yaml")
	flags.DurationVar(&o.Heartbeat, "heartbeat-interval", 0, "`DURATION` between a node's heartbeats; default: that of configs/fast-failover.yaml")
	flags.StringVar(&o.Dir, "dir", "", "`DIR` for the journal, logs and data, kept; default: a temporary one, removed when all is well")
	flags.BoolVar(&asJSON, "json", false, "print the scorecard as JSON")
	return cmd
}

func checkChaos(o *chaos.Options) error {
	for name, n := range map[string]int{
		"node-kills": o.Counts.NodeKills, "broker-kills": o.Counts.BrokerKills, "stops": o.Counts.Stops,
		"joins": o.Counts.Joins, "links": o.Counts.Links, "moves": o.Counts.Moves, "measures": o.Measures,
	} {
		if n < 0 || n > 10_000 {
			return fmt.Errorf("--%s %d: want 0 to 10000", name, n)
		}
	}
	switch {
	case o.Length < 0 || o.Length > 24*time.Hour:
		return fmt.Errorf("--length %v: want 0s to 24h", o.Length)
	case o.Symbols < 1 || o.Symbols > 100_000:
		return fmt.Errorf("--symbols %d: want 1 to 100000", o.Symbols)
	case o.Rate < 1 || o.Rate > 100_000:
		return fmt.Errorf("--rate %d: want 1 to 100000", o.Rate)
	case o.Session != 0 && (o.Session < 6*time.Second || o.Session > time.Minute):
		return fmt.Errorf("--session-timeout %v: want 6s, the least that brokers take by default, to 1m", o.Session)
	case o.Session > 20*time.Second && o.Length > 0:
		return fmt.Errorf("--session-timeout %v: want at most 20s, or --length 0s: under faults, a successor must have its first checkpoint within 30s", o.Session)
	case o.Heartbeat != 0 && (o.Heartbeat < 100*time.Millisecond || o.Heartbeat > cmp.Or(o.Session, 6*time.Second)/3):
		return fmt.Errorf("--heartbeat-interval %v: want 100ms to a third of the session timeout", o.Heartbeat)
	case o.Length == 0 && o.Measures == 0:
		return errors.New("--length 0s and --measures 0: nothing is left to do")
	}
	return nil
}

func runChaos(cmd *cobra.Command, o chaos.Options, asJSON bool) error {
	if o.Seed == 0 {
		o.Seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	var err error
	if o.Program, err = os.Executable(); err != nil {
		return err
	}
	temporary := o.Dir == ""
	if temporary {
		o.Dir, err = os.MkdirTemp("", "velox-chaos-")
	} else {
		err = os.MkdirAll(o.Dir, 0o755)
	}
	if err != nil {
		return &usageError{fmt.Errorf("--dir: %w", err)}
	}
	again := strings.Join(append([]string{"veloxd"}, os.Args[1:]...), " ")
	if !cmd.Flags().Changed("seed") {
		again += fmt.Sprintf(" --seed %d", o.Seed)
	}
	o.Command, o.Out, o.Logger = again, cmd.ErrOrStderr(), slog.New(slog.NewTextHandler(io.Discard, nil))
	fmt.Fprintf(o.Out, "seed %d; again: %s\njournal, logs and data: %s\n", o.Seed, again, o.Dir)
	card, err := chaos.Run(cmd.Context(), o)
	if err != nil {
		return &engine.Error{Code: engine.ExitKafka, Err: fmt.Errorf("chaos: %w", err)}
	}
	if asJSON {
		err = card.WriteJSON(cmd.OutOrStdout())
	} else {
		err = card.WriteText(cmd.OutOrStdout())
	}
	switch {
	case err != nil:
		return err
	case !card.OK:
		return &engine.Error{Code: engine.ExitFailure, Err: fmt.Errorf("chaos: not all is as it must be; journal, logs and data are in %s", o.Dir)}
	case temporary:
		return os.RemoveAll(o.Dir)
	}
	return nil
}
