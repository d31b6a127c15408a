// Package spelling finds what a misspelt name was meant to be.
package spelling

import (
	"fmt"
	"slices"
)

// Distance is Levenshtein's, by bytes: the least number of bytes to put in, take out
// or change to make one word of the other.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := corner
			if a[i] != b[j] {
				changed++
			}
			corner = row[j+1]
			row[j+1] = min(changed, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// Nearest gives the known name that a word was probably meant to be, the first of
// equally near ones; "" when none is near.
func Nearest(word string, known []string) string {
	if len(known) == 0 {
		return ""
	}
	best := slices.MinFunc(known, func(a, b string) int { return Distance(word, a) - Distance(word, b) })
	if d := Distance(word, best); d > 2 && d > len(word)/3 {
		return ""
	}
	return best
}

// Hint asks for the known name that a word was probably meant to be, as the beginning
// of a message that goes on; "" when none is near.
func Hint(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %s? ", near)
	}
	return ""
}
