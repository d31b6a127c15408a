package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// overlay writes the changed files and the overlay that puts them in the place of
// the tree's, and gives the overlay's path.
func (l *law) overlay(dir string) (string, error) {
	texts := make(map[string]string)
	for _, c := range l.changes {
		text, ok := texts[c.file]
		if !ok {
			read, err := os.ReadFile(c.file)
			if err != nil {
				return "", err
			}
			text = string(read)
		}
		if n := strings.Count(text, c.old); n != 1 {
			return "", fmt.Errorf("%s has %d times the text that is to change, want 1: %q", c.file, n, c.old)
		}
		texts[c.file] = strings.Replace(text, c.old, c.new, 1)
	}
	replace := make(map[string]string, len(texts))
	for file, text := range texts {
		from, err := filepath.Abs(file)
		if err != nil {
			return "", err
		}
		to := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[from] = to
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, raw, 0o600)
}
