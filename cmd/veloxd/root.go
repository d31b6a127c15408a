package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/telemetry"
)

// settingFlags are flags that set one setting each. Any other is set with --set.
var settingFlags = []struct{ name, path, usage string }{
	{"bootstrap-servers", "kafka.bootstrap_servers", "join the Kafka cluster at `HOST:PORT,...` instead of an embedded broker"},
	{"http-address", "http.address", "`HOST:PORT` of metrics and health"},
	{"broker-address", "broker.address", "`HOST:PORT` of the embedded broker"},
	{"data-dir", "broker.data_dir", "`DIR` in which the embedded broker keeps what is written; without it, memory"},
	{"roles", "node.roles", "what this node does, as `ROLE,...`: symbols, accounts, feeds"},
	{"log-level", "log.level", "`LEVEL`: debug, info, warn or error"},
	{"log-format", "log.format", "`FORMAT`: text or json"},
}

// options are what the global flags say.
type options struct {
	env    []string
	file   string
	sets   []string
	demo   bool
	noDemo bool
	quiet  bool
}

func newRoot(env []string) *cobra.Command {
	o := &options{env: env}
	root := &cobra.Command{
		Use:   "veloxd",
		Short: "Actor-model stream processing for algorithmic trading",
		Long: "veloxd reads ticks from Kafka, keeps candles and indicators, runs strategies, and turns their\n" +
			"signals into risk-checked orders, positions and alerts, which go back to Kafka.\n\n" +
			"Alone it runs a whole node: an embedded broker, a simulated market and demo accounts.",
		Example: "  veloxd\n" +
			"  KAFKA_BOOTSTRAP_SERVERS=kafka-1:9092 veloxd run\n" +
			"  veloxd --config velox.yaml --set symbols.emit=500ms",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArguments,
		RunE:          o.run,
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVarP(&o.file, "config", "c", "", "YAML `FILE` laid over the shipped defaults (or VELOX_CONFIG)")
	flags.StringArrayVar(&o.sets, "set", nil, "any setting, as `PATH=VALUE`; may be repeated")
	for _, f := range settingFlags {
		flags.String(f.name, "", f.usage)
	}
	o.runFlags(root)
	root.AddCommand(o.runCommand(), o.replayCommand(), o.backtestCommand(), o.testCommand(), o.topicsCommand(),
		o.configCommand(), o.healthCommand(), o.brokerCommand(), o.commandCommand(), o.accountsCommand(), o.haltCommand(), o.resumeCommand(), o.simulateCommand(),
		o.verifyCommand(), alone(chaosCommand()), alone(indicatorsCommand()), alone(versionCommand()))
	return root
}

// alone makes a command one that reads no settings: their flags are not in its help, and
// refused instead of having no effect.
func alone(cmd *cobra.Command) *cobra.Command {
	cmd.SetUsageTemplate(strings.Replace(cmd.UsageTemplate(), "{{if .HasAvailableInheritedFlags}}", "{{if false}}", 1))
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		var given []string
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
			if f.Changed {
				given = append(given, "--"+f.Name)
			}
		})
		if len(given) > 0 {
			return &usageError{fmt.Errorf("%s reads no settings: %s would have no effect, leave it out", cmd.CommandPath(), strings.Join(given, ", "))}
		}
		return nil
	}
	return cmd
}

// noArguments refuses arguments; an unknown command comes here, too.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("; did you mean %s?", strings.Join(near, " or "))
	}
	return &usageError{fmt.Errorf("%s knows no command or argument %q%s", cmd.CommandPath(), args[0], hint)}
}

// someFiles refuses a command line without a file.
func someFiles(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &usageError{fmt.Errorf("%s wants at least one file", cmd.Name())}
	}
	return nil
}

// load reads the configuration that the command line asks for.
func (o *options) load(flags *pflag.FlagSet, demo configs.DemoMode) (*configs.Config, error) {
	s := configs.Sources{Demo: demo, File: o.file, Env: o.env}
	for _, set := range o.sets {
		path, value, ok := strings.Cut(set, "=")
		if !ok {
			return nil, &usageError{fmt.Errorf("--set %q: want PATH=VALUE, such as symbols.emit=500ms", set)}
		}
		s.Flags = append(s.Flags, configs.Override{Path: path, Value: value, Flag: "--set"})
	}
	for _, f := range settingFlags {
		if flag := flags.Lookup(f.name); flag != nil && flag.Changed {
			s.Flags = append(s.Flags, configs.Override{Path: f.path, Value: flag.Value.String(), Flag: "--" + f.name})
		}
	}
	cfg, err := configs.Load(s)
	if err != nil && !errors.As(err, new(*configs.Error)) {
		return nil, &fileError{err}
	}
	return cfg, err
}

// fileError is a configuration file that can't be read.
type fileError struct{ error }

// ExitCode is that of a wrong configuration.
func (e *fileError) ExitCode() int { return exitUsage }

// setUp loads the configuration of a command that is no node, and makes its
// logger.
func (o *options) setUp(cmd *cobra.Command, demo configs.DemoMode) (*configs.Config, *slog.Logger, error) {
	cfg, err := o.load(cmd.Flags(), demo)
	if err != nil {
		return nil, nil, err
	}
	logger, err := telemetry.NewLogger(cmd.ErrOrStderr(), cfg.Log.Level, cfg.Log.Format)
	if err != nil {
		return nil, nil, err
	}
	warn(cfg, logger)
	return cfg, logger, nil
}

// warn logs what is right in a configuration and may not be meant.
func warn(cfg *configs.Config, logger *slog.Logger) {
	for _, w := range cfg.Warnings() {
		logger.Warn("a setting may not be meant: " + w.String())
	}
}

// isTerminal tells whether a person is looking.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
