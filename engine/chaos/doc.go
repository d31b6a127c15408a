// Package chaos does to a real cluster of brokers and nodes, all of them processes,
// what a plan of sim/chaos says, measures how long each recovery takes, and holds at
// the end what came out against what Velox promises. docs/chaos.md tells of it.
package chaos
