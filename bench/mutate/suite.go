package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// perMutant bounds one run of tests: a mutant that never ends is found by it.
const perMutant = 2 * time.Minute

// environment is the variable that tells a test program its mutant's number.
const environment = "VELOX_MUTANT"

// suite are the test programs of packages, all mutants of one package in them.
type suite struct {
	programs []program
	named    string // tests to run, as -run takes it
	whole    bool   // whether the tests are known to pass whole without any mutant
}

type program struct{ path, folder string }

// build compiles the tests of packages with the mutants of the package in folder, by
// an overlay, into dir, and sees that they pass without any mutant.
func (m *mutated) build(ctx context.Context, dir, folder string, packages []string, named string) (*suite, error) {
	overlay, err := m.overlay(dir, folder)
	if err != nil {
		return nil, err
	}
	s := &suite{named: named}
	for i, p := range packages {
		c := program{path: filepath.Join(dir, "tests"+strconv.Itoa(i)), folder: p}
		// What vet says of a mutant is no test's doing.
		out, err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", c.path, p).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("the tests of %s do not compile with the mutants of %s: %w\n%s", p, folder, err, out)
		}
		if _, err := os.Stat(c.path); err == nil { // it has tests
			s.programs = append(s.programs, c)
		}
	}
	return s, s.pass(ctx, true)
}

// pass tells, by an error, when the tests fail without any mutant: they would kill
// all of them.
func (s *suite) pass(ctx context.Context, short bool) error {
	for _, c := range s.programs {
		if out, err := s.command(ctx, c, 0, short).CombinedOutput(); err != nil {
			return fmt.Errorf("the tests of %s fail without any mutant: %w\n%s", c.folder, err, out)
		}
	}
	return nil
}

// overlay writes the package's files, and one with the variable, and gives the
// overlay that puts them in their place: nothing in the tree is touched.
func (m *mutated) overlay(dir, folder string) (string, error) {
	files := map[string]string{filepath.Join(folder, "mutant_chosen.go"): fmt.Sprintf(
		"package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar %s, _ = strconv.Atoi(os.Getenv(%q))\n", m.name, chosen, environment)}
	for file, text := range m.files {
		files[filepath.FromSlash(file)] = text
	}
	replace := make(map[string]string)
	for file, text := range files {
		name, err := filepath.Abs(file)
		if err != nil {
			return "", err
		}
		replace[name] = filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(replace[name], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}

func (s *suite) command(ctx context.Context, p program, number int, short bool) *exec.Cmd {
	c := exec.CommandContext(ctx, p.path, "-test.failfast", "-test.run", s.named, "-test.short="+strconv.FormatBool(short))
	c.Dir = p.folder
	c.Env = append(os.Environ(), environment+"="+strconv.Itoa(number))
	return c
}

// dies runs the tests with a mutant and tells whether any fails.
func (s *suite) dies(ctx context.Context, number int) (bool, error) {
	// Most die of the short forms of the tests already, in a tenth of the time.
	for _, short := range []bool{true, false} {
		if !short && !s.whole {
			if err := s.pass(ctx, false); err != nil {
				return false, err
			}
			s.whole = true
		}
		for _, p := range s.programs {
			limited, cancel := context.WithTimeout(ctx, perMutant)
			out, err := s.command(limited, p, number, short).CombinedOutput()
			cancel()
			var failed *exec.ExitError
			switch {
			case ctx.Err() != nil:
				return false, ctx.Err()
			case errors.As(err, &failed):
				return true, nil
			case err != nil:
				return false, fmt.Errorf("tests of %s: %w\n%s", p.folder, err, strings.TrimSpace(string(out)))
			}
		}
	}
	return false, nil
}
