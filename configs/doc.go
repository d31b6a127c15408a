// Package configs holds the settings of a node: the shipped defaults, the
// loader that lays a file, the environment and flags over them, and the checks.
// It is the only place where YAML is read. Loading is strict: unknown keys and
// every wrong value are reported together, each with where it stands, its path,
// the value and what is allowed. A loaded Config is read-only.
package configs
