//go:build !race

package venue

// killsEach is how often a node is killed at each point and sort of venue.
const killsEach = 100
