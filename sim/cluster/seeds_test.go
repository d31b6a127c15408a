//go:build !race

package cluster

// defaultSeeds are as many as two cores run in a minute and a half.
const defaultSeeds = 500
