//go:build !race

package cluster

// defaultSeeds are as many as two slow cores run in two and a half minutes.
const defaultSeeds = 500
