package configs

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed topics.yaml
var shippedTopics []byte

// DecodeTopics reads the topics' file, shipped or of topics.file, into a struct
// with yaml tags, as strictly as Load: an *Error has every problem.
func (c *Config) DecodeTopics(into any) error {
	name, text := shipped+"topics.yaml", shippedTopics
	if c.Topics.File != "" {
		var err error
		if text, err = os.ReadFile(c.Topics.File); err != nil {
			return fmt.Errorf("topics.file (%s): %w", c.Where("topics.file"), err)
		}
		name = filepath.Base(c.Topics.File)
	}
	d := newDecoder(name)
	d.kind = kindTopics
	d.decode(text, into)
	for _, path := range d.bare {
		d.report(d.where[path], path, "", "want text: put it in quotes")
	}
	if len(d.problems) > 0 {
		byPosition(d.problems, []string{name})
		return &Error{Problems: d.problems}
	}
	return nil
}
