// Package spelling finds what a misspelt name was meant to be.
package spelling

import (
	"fmt"
	"strings"
)

// Distance is the least number of bytes to put in, take out or change, and of
// neighbours to change for each other, to make one word of the other.
func Distance(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			changed := row[j]
			if a[i] != b[j] {
				changed++
			}
			next[j+1] = min(changed, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

// Nearest gives the known name that a word was probably meant to be, the first of
// equally near ones; "" when none is near. Small and capital letters count as the same.
func Nearest(word string, known []string) string {
	word = strings.ToLower(word)
	nearest, least := "", len(word)+1
	for _, name := range known {
		if d := Distance(word, strings.ToLower(name)); d < least && near(d, word, name) {
			nearest, least = name, d
		}
	}
	return nearest
}

// near tells whether a distance is a slip's: of two letters, or a third of a long
// word, and never of half of it.
func near(distance int, word, name string) bool {
	return distance <= max(2, len(word)/3) && 2*distance < max(len(word), len(name))
}

// Hint asks for the known name that a word was probably meant to be, as the beginning
// of a message that goes on; "" when none is near.
func Hint(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %s? ", near)
	}
	return ""
}
