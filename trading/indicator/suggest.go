package indicator

import (
	"regexp"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/spelling"
)

// joined splits EMA20 or ema_20 into the kind and its parameters.
var joined = regexp.MustCompile(`^([A-Za-z_]*[A-Za-z])_?([0-9][0-9_.]*)$`)

// Meant gives the name that a word is but for small letters and underscores, such as
// EMA_20 for ema20, or the usual one of the kind that it is; "" for any other word.
func Meant(word string) string {
	word = strings.ToUpper(word)
	if parts := joined.FindStringSubmatch(word); parts != nil && isName(parts[1]+"_"+parts[2]) {
		return parts[1] + "_" + parts[2]
	}
	if isName(word) {
		return word
	}
	if k, ok := kindOf(word); ok {
		return k.example()
	}
	return ""
}

func isName(name string) bool {
	k, fields, ok := splitName(name)
	if !ok {
		return false
	}
	_, _, err := k.parse(name, fields)
	return err == nil
}

// suggest asks for the name that an unknown one was probably meant to be, or names the
// three kinds that differ least from the word that should be one.
func suggest(name, word string) string {
	if meant := Meant(name); meant != "" {
		return "did you mean " + meant + "?"
	}
	rest := strings.ToUpper(name[len(word):])
	word = strings.ToUpper(word[:min(len(word), 40)])
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	if near := spelling.Nearest(word, names); near != "" {
		if isName(near + rest) {
			near += rest
		}
		return "did you mean " + near + "?"
	}
	slices.SortStableFunc(names, func(a, b string) int { return spelling.Distance(a, word) - spelling.Distance(b, word) })
	return "the nearest names are " + strings.Join(names[:min(3, len(names))], ", ")
}
