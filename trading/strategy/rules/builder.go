package rules

import (
	"errors"
	"fmt"
)

// builder compiles a Spec's fields and collects what is wrong.
type builder struct {
	program *Program
	spec    *Spec
	errs    []error
}

func (b *builder) report(err error) { b.errs = append(b.errs, err) }
func (b *builder) err() error       { return errors.Join(b.errs...) }

func (b *builder) condition(name, text string) *rule {
	if text == "" {
		return nil
	}
	c := compiler{names: &b.program.names, rule: name, text: text}
	return b.keep(c.compileTruth())
}

func (b *builder) number(name, text string) *rule {
	if text == "" {
		return nil
	}
	c := compiler{names: &b.program.names, rule: name, text: text, side: true}
	return b.keep(c.compileNumber())
}

// keep notes how far back the rule looks.
func (b *builder) keep(r rule, err error) *rule {
	if err != nil {
		b.report(err)
		return nil
	}
	depth := &b.program.depth
	for _, ref := range r.refs {
		for int(ref.slot) >= len(*depth) {
			*depth = append(*depth, 0)
		}
		(*depth)[ref.slot] = max((*depth)[ref.slot], ref.back)
	}
	return &r
}

func (b *builder) choice(name, text string, choices ...string) int {
	for i, c := range choices {
		if text == c || text == "" && i == 0 {
			return i
		}
	}
	b.report(&Error{Rule: name, Detail: fmt.Sprintf("%q; want %s or %s", text, choices[0], choices[1])})
	return 0
}
