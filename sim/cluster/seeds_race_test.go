//go:build race

package cluster

// defaultSeeds are few under the race detector, which takes ten times as long.
const defaultSeeds = 20
