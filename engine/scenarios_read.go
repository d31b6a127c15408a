package engine

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/scenario"
	"github.com/velox-trading/velox/trading/ident"
)

// readScenario reads a scenario and the settings in it, or those that it names. The
// error has all that is wrong with both, in the order of the lines.
func readScenario(name, text string) (*scenario.File, *configs.Config, error) {
	f, err := scenario.Parse(name, text)
	bad := &scenario.Mistakes{Name: name}
	if err != nil && !errors.As(err, &bad) {
		return nil, nil, exit(ExitSettings, "%w", err)
	}
	c, err := scenarioConfig(name, f)
	wrong := (*configs.Error)(nil)
	switch {
	case err == nil:
		names, err := namesOf(c)
		if err != nil {
			return nil, nil, err
		}
		bad.List = append(bad.List, f.CheckNames(names)...)
	case len(bad.List) == 0 || !errors.As(err, &wrong):
		return nil, nil, err
	case f.ConfigFile != "":
		bad.Sort()
		return nil, nil, exit(ExitSettings, "%w", errors.Join(bad, wrong))
	default:
		for _, p := range wrong.Problems {
			line, column := p.Place()
			p.Where = ""
			bad.List = append(bad.List, scenario.Mistake{Line: line, Column: column, What: p.String()})
		}
	}
	if len(bad.List) > 0 {
		bad.Sort()
		return nil, nil, exit(ExitSettings, "%w", bad)
	}
	return f, c, nil
}

func scenarioConfig(name string, f *scenario.File) (*configs.Config, error) {
	text := []byte(f.Config)
	if f.ConfigFile != "" {
		name = filepath.Join(filepath.Dir(name), f.ConfigFile)
		var err error
		if text, err = os.ReadFile(name); err != nil {
			return nil, exit(ExitInput, "test: %w", err)
		}
	}
	c, err := configs.Parse(name, text)
	if err != nil {
		return nil, exit(ExitSettings, "%w", err)
	}
	return c, nil
}

// strategiesOf gives what a scenario's expectations call strategies, by id.
func strategiesOf(c *configs.Config) map[string]string {
	var list []scenario.Name
	for _, a := range c.Accounts {
		for _, s := range a.Strategies {
			list = append(list, scenario.Name{User: a.UserID, Name: s.Name, ID: s.StrategyID, DerivedID: ident.Derive(a.UserID, s.Name)})
		}
	}
	return scenario.Call(list)
}

// namesOf gives what a scenario's expectations may name.
func namesOf(c *configs.Config) (scenario.Names, error) {
	var n scenario.Names
	for _, a := range c.Accounts {
		n.Users = append(n.Users, a.UserID)
	}
	n.Strategies = strategiesOf(c)
	topics, err := wantedTopics(c)
	for _, t := range topics {
		n.Topics = append(n.Topics, t.Name)
	}
	return n, err
}
