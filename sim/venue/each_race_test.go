//go:build race

package venue

// killsEach is small under the race detector, which takes ten times as long.
const killsEach = 5
