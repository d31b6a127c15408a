package indicator

import (
	"regexp"
	"slices"
	"strings"
)

// Term is a word that formulas use and what it means.
type Term struct{ Word, Meaning string }

var terms = []struct {
	Term
	used func(k Kind) bool
}{
	{Term{"n", "the periods, where an indicator has one number of them"}, mentions(`\bn\b`)},
	{Term{"EMA", "e + 2 / (n + 1) * (x - e), the mean of the first n numbers at first"}, mentions(`\bEMA\b`)},
	{Term{"Wilder's average", "(w * (n - 1) + x) / n, the mean of the first n numbers at first"}, mentions(`\bWilder's average`)},
	{Term{"Wilder's sum", "s - s / n + x, the sum of the first n - 1 numbers at first"}, mentions(`\bWilder's sum`)},
	{Term{"mean", "the simple one, of the last n numbers"}, mentions(`\bmean`)},
	{Term{"population", "deviation and variance divide by n, not by n - 1"}, mentions(`\bpopulation\b`)},
	{Term{"least squares", "the straight line with the least sum of squared distances, the bars one apart"}, mentions(`\bleast squares\b`)},
	{Term{"type", "a moving average by number, as MA has them"}, hasType},
	{Term{"a name in capitals", "another indicator, over n periods unless it says otherwise"}, mentionsOthers},
	{Term{"a pattern's value", "100 where it is found and bullish, -100 and bearish, else 0"}, func(k Kind) bool { return k.Group == "pattern" }},
	{Term{"white, black", "close not below its open; below it"}, ofPattern(`\b(white|black)\b`)},
	{Term{"long", "a body above the mean of the 10 bodies before; a shadow above its bar's body, very long above twice"}, ofPattern(`\blong\b`)},
	{Term{"short", "a body below that mean; a shadow below half the mean of the 10 bars' two shadows before"}, ofPattern(`\bshort`)},
	{Term{"without shadow", "one below 0.1 of the mean of the 10 ranges before"}, ofPattern(`\b(without|no) (lower |upper )?shadow|marubozu| only`)},
	{Term{"marubozu", "a long body without shadows"}, ofPattern(`\bmarubozu`)},
	{Term{"doji", "a body of at most 0.1 of the mean of the 10 ranges before"}, ofPattern(`\bdoji\b`)},
	{Term{"near, same, far", "within 0.2, within 0.05 and beyond 0.6 of the mean of the 5 ranges before"}, ofPattern(`\b(near|same|far)\b`)},
	{Term{"gap", "the bodies don't touch"}, ofPattern(`\bgaps?\b`)},
	{Term{"well within, deep", "by more than penetration of that body"}, func(k Kind) bool { return k.Group == "pattern" && len(k.Parameters) > 0 }},
	{Term{"harami, engulfing", "the pattern of that name, as CDLHARAMI; so of others"}, ofPattern(`\b(harami|engulfing|hikkake|kicking)\b`)},
}

func ofPattern(words string) func(k Kind) bool {
	used := mentions(words)
	return func(k Kind) bool { return k.Group == "pattern" && used(k) }
}

func hasType(k Kind) bool {
	return slices.ContainsFunc(k.Parameters, func(p Parameter) bool { return strings.HasSuffix(p.Name, "type") })
}

func mentions(words string) func(k Kind) bool {
	pattern := regexp.MustCompile(words)
	return func(k Kind) bool { return pattern.MatchString(k.Formula) }
}

var capitals = regexp.MustCompile(`\b[A-Z][A-Z0-9_]+\b`)

// mentionsOthers tells whether a formula uses other kinds but the EMA, which has a
// term of its own.
func mentionsOthers(k Kind) bool {
	return slices.ContainsFunc(capitals.FindAllString(k.Formula, -1), func(word string) bool {
		_, ok := kindOf(word)
		return ok && word != k.Name && word != "EMA"
	})
}

// Terms lists the words that formulas use.
func Terms() []Term {
	list := make([]Term, len(terms))
	for i, t := range terms {
		list[i] = t.Term
	}
	return list
}

// Terms lists the words that the formula of this kind uses.
func (k Kind) Terms() (list []Term) {
	for _, t := range terms {
		if t.used(k) {
			list = append(list, t.Term)
		}
	}
	return list
}
