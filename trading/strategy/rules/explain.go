package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"

	"github.com/velox-trading/velox/trading/indicator"
)

// explain tells in plain words what the parser did not understand, and where.
func explain(text string, bad error) (file.Location, string) {
	var at *file.Error
	if !errors.As(bad, &at) {
		return file.Location{}, "can't be read: " + bad.Error()
	}
	if where, detail := dottedName(text, at.From); detail != "" {
		return where, detail
	}
	tokens, whole := lexed(text)
	if !whole {
		return explainCharacter([]rune(text), tokens, at)
	}
	i := slices.IndexFunc(tokens, func(t lexer.Token) bool { return t.From >= at.From })
	if i < 0 || strings.HasSuffix(at.Message, string(lexer.EOF)) { // the end is told one character early
		i = len(tokens) - 1
	}
	if strings.Contains(at.Message, "out of range") || strings.HasSuffix(at.Message, "is too large") {
		for i > 0 && tokens[i].Kind != lexer.Number { // it is told at what comes after
			i--
		}
		return tokens[i].Location, "the number is too large"
	}
	s := sentence{tokens: tokens, at: i}
	for _, try := range []func(*sentence) (int, string){foreignWord, foreignOperator, nameless, endsEarly, bracket, lonelyOperator, twoValues} {
		if where, detail := try(&s); detail != "" {
			return tokens[where].Location, detail
		}
	}
	if strings.HasPrefix(at.Message, "unexpected token") {
		return at.Location, quote(s.token(0)) + " makes no sense here"
	}
	return at.Location, "can't be read: " + at.Message
}

// lexed gives the tokens of a text, the last of which is its end, and whether all of it
// is made of such.
func lexed(text string) ([]lexer.Token, bool) {
	var tokens []lexer.Token
	l := lexer.New()
	l.Reset(file.NewSource(text))
	for {
		t, err := l.Next()
		if err != nil {
			return tokens, false
		}
		if tokens = append(tokens, t); t.Kind == lexer.EOF {
			return tokens, true
		}
	}
}

// dotted finds names of indicators with a dot in a parameter.
var dotted = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_]*_[0-9]+\.[0-9][A-Za-z0-9_.]*`)

// dottedName finds an indicator's name that needs quotes where the parser stopped.
func dottedName(text string, stopped int) (file.Location, string) {
	for _, m := range dotted.FindAllStringIndex(text, -1) {
		from, to := utf8.RuneCountInString(text[:m[0]]), utf8.RuneCountInString(text[:m[1]])
		if meant := indicator.Meant(text[m[0]:m[1]]); meant != "" && stopped >= from && stopped <= to {
			return file.Location{From: from, To: to}, "an indicator's name with a dot stands in quotes: write " + inRule(meant)
		}
	}
	return file.Location{}, ""
}

// sentence is an expression that the parser read up to a token.
type sentence struct {
	tokens []lexer.Token
	at     int
}

// token gives a token by its distance from where the parser stopped; an end stands for
// one that is not there.
func (s *sentence) token(distance int) lexer.Token {
	if i := s.at + distance; i >= 0 && i < len(s.tokens) {
		return s.tokens[i]
	}
	return lexer.Token{Kind: lexer.EOF}
}

func quote(t lexer.Token) string { return "`" + t.Value + "`" }

func isValue(t lexer.Token) bool {
	return t.Kind == lexer.Identifier || t.Kind == lexer.Number || t.Kind == lexer.String || t.Is(lexer.Bracket, ")", "]")
}

// wants tells whether something must follow a token.
func wants(t lexer.Token) bool { return t.Kind == lexer.Operator || t.Is(lexer.Bracket, "(", "[") }

// words are what people write for operators and functions.
var words = map[string]string{
	"and": "and", "or": "or", "not": "not", "above": ">", "over": ">", "greater": ">", "below": "<", "under": "<", "less": "<",
	"equals": "==", "equal": "==", "is": "==", "xor": "!=", "then": "and",
	"if": "nothing", "when": "nothing",
	"crosses": "cross_above(a, b) or cross_below(a, b)", "cross": "cross_above(a, b) or cross_below(a, b)",
	"crossed": "cross_above(a, b) or cross_below(a, b)", "between": "x > a and x < b",
}

// foreignWord finds a word that stands where an operator should, or with another case.
func foreignWord(s *sentence) (int, string) {
	for _, distance := range []int{0, -1} {
		t := s.token(distance)
		instead := words[strings.ToLower(t.Value)]
		if t.Kind != lexer.Identifier || instead == "" || distance == -1 && s.token(0).Is(lexer.Bracket, "(") {
			continue
		}
		if instead == "nothing" {
			return s.at + distance, "a rule is a condition by itself: remove " + t.Value
		}
		if strings.ToLower(t.Value) == instead {
			return s.at + distance, "write " + instead + " in small letters, not " + t.Value
		}
		return s.at + distance, fmt.Sprintf("for %s, write %s", quote(t), instead)
	}
	return 0, ""
}

// foreignOperator finds what is an operator elsewhere.
func foreignOperator(s *sentence) (int, string) {
	t, before, after := s.token(0), s.token(-1), s.token(1)
	switch {
	case t.Is(lexer.Operator, "=") && after.Is(lexer.Operator, ">", "<"):
		return s.at, fmt.Sprintf("for `=%s`, write %s=", after.Value, after.Value)
	case t.Is(lexer.Operator, "=") && before.Is(lexer.Operator, ">", "<", "!"):
		return s.at - 1, fmt.Sprintf("write %s= without a blank between", before.Value)
	case t.Is(lexer.Operator, "=") && before.Kind == lexer.Identifier && isValue(s.token(-2)):
		return s.at - 1, endOfDefinition
	case t.Is(lexer.Operator, "=") && before.Kind == lexer.Operator:
		return s.at, fmt.Sprintf("%s is too much after %s", quote(t), quote(before))
	case t.Is(lexer.Operator, "="):
		return s.at, "for `=`, write == to compare"
	case t.Is(lexer.Operator, ">") && before.Is(lexer.Operator, "<"):
		return s.at - 1, "for `<>`, write !="
	case t.Is(lexer.Operator, "&"):
		return s.at, "for `&`, write and"
	case t.Is(lexer.Operator, ";"):
		return s.at, "a rule is one expression: for `;`, write and, or or"
	case t.Is(lexer.Operator, ",") && before.Kind == lexer.Number && after.Kind == lexer.Number:
		return s.at, fmt.Sprintf("write a number without commas: %s%s", before.Value, after.Value)
	case t.Is(lexer.Operator, ":") && before.Kind == lexer.Number && after.Kind == lexer.Number:
		return s.at, fmt.Sprintf("a time of day is its minutes: minute_of_day is %s * 60 + %s then", strings.TrimPrefix(before.Value, "0"), after.Value)
	case t.Is(lexer.Operator, "#"):
		return s.at, "a remark in an expression begins with //, not #"
	}
	for _, distance := range []int{0, -1, -2} {
		if s.token(distance).Is(lexer.Operator, "|") {
			return s.at + distance, "for `|`, write or"
		}
	}
	return 0, ""
}

const endOfDefinition = "a definition ends with its line: each begins on a line of its own, which let: | keeps"

// nameless finds a rule that says nothing.
func nameless(s *sentence) (int, string) {
	if s.at == 0 && s.token(0).Kind == lexer.EOF {
		return 0, "is empty: want an expression, or remove the rule"
	}
	return 0, ""
}

// endsEarly finds that the end comes where a value should.
func endsEarly(s *sentence) (int, string) {
	before := s.token(-1)
	switch {
	case s.token(0).Kind != lexer.EOF:
		return 0, ""
	case before.Is(lexer.Operator, "%"):
		return s.at - 1, "% is the rest of a division, and wants a number after it; for per cent, write close * 0.01"
	case wants(before):
		return s.at - 1, "the expression ends too early: a value is expected after " + quote(before)
	}
	if open := s.open(); len(open) > 0 {
		last := open[len(open)-1]
		return last, fmt.Sprintf("this `%s` is never closed: a `%s` is missing", s.tokens[last].Value, closerOf[s.tokens[last].Value])
	}
	return s.at - 1, "the expression ends too early after " + quote(before)
}

var closerOf = map[string]string{"(": ")", "[": "]", "{": "}"}

// open gives the brackets that are open before the token.
func (s *sentence) open() []int {
	var open []int
	for i, t := range s.tokens[:s.at] {
		switch {
		case t.Kind != lexer.Bracket:
		case closerOf[t.Value] != "":
			open = append(open, i)
		case len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	return open
}

// bracket finds a bracket that closes what it should not.
func bracket(s *sentence) (int, string) {
	t, open := s.token(0), s.open()
	switch {
	case t.Kind != lexer.Bracket || closerOf[t.Value] != "":
		return 0, ""
	case len(open) == 0:
		return s.at, fmt.Sprintf("this `%s` closes nothing: remove it, or open it before", t.Value)
	case closerOf[s.tokens[open[len(open)-1]].Value] != t.Value:
		return s.at, fmt.Sprintf("`%s` closes `%s`: want `%s`", t.Value, s.tokens[open[len(open)-1]].Value, closerOf[s.tokens[open[len(open)-1]].Value])
	case wants(s.token(-1)):
		return s.at, fmt.Sprintf("a value is expected between %s and %s", quote(s.token(-1)), quote(t))
	}
	return 0, ""
}

// lonelyOperator finds an operator without a value before it.
func lonelyOperator(s *sentence) (int, string) {
	t, before := s.token(0), s.token(-1)
	switch {
	case t.Kind != lexer.Operator:
		return 0, ""
	case s.at == 0:
		return 0, "a value is expected before " + quote(t)
	case wants(before):
		return s.at, fmt.Sprintf("a value is expected between %s and %s", quote(before), quote(t))
	case t.Is(lexer.Operator, ","):
		return s.at, "`,` stands between the arguments of a function only"
	}
	return 0, ""
}

// twoValues finds two values without an operator between them.
func twoValues(s *sentence) (int, string) {
	t, before := s.token(0), s.token(-1)
	if !isValue(before) || !isValue(t) && !t.Is(lexer.Bracket, "(", "{") && !t.Is(lexer.Operator, "not", "!") {
		return 0, ""
	}
	if t.Kind == lexer.Identifier && s.token(1).Is(lexer.Operator, "=") {
		return s.at, endOfDefinition
	}
	if meant := indicator.Meant(before.Value + "_" + t.Value); t.Kind == lexer.Number && meant != "" {
		return s.at - 1, "an indicator's name has no blanks: did you mean " + inRule(meant) + "?"
	}
	return s.at, fmt.Sprintf("an operator such as and, or, >, + is expected between %s and %s", quote(before), quote(t))
}

// characters are what keyboards and documents have for characters of the language.
var characters = map[rune]string{
	'≥': ">=", '≤': "<=", '≠': "!=", '×': "*", '·': "*", '÷': "/", '−': "-", '–': "-", '—': "-",
	'“': `"`, '”': `"`, '„': `"`, '‘': "'", '’': "'", '（': "(", '）': ")", '，': ",", '\u00a0': "a blank",
}

// explainCharacter tells what is wrong with the text after the last token.
func explainCharacter(text []rune, tokens []lexer.Token, at *file.Error) (file.Location, string) {
	from := 0
	if len(tokens) > 0 {
		from = tokens[len(tokens)-1].To
	}
	for from < len(text) && strings.ContainsRune(" \t\r\n", text[from]) {
		from++
	}
	rest := string(text[min(from, len(text)):])
	where := file.Location{From: from, To: from + 1}
	switch {
	case strings.HasPrefix(at.Message, "bad number"):
		word := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))]
		if n := len(tokens); n > 1 && tokens[n-2].Is(lexer.Identifier, "tf") {
			return where, `a timeframe stands in quotes, as in tf("15min", EMA_20)`
		}
		return where, "`" + word + "` is no number, and a name begins with a letter"
	case strings.HasPrefix(at.Message, "literal not terminated") && rest != "":
		return where, "the text that begins with this `" + rest[:1] + "` is never closed"
	case strings.HasPrefix(at.Message, "unclosed comment"):
		return where, "the remark that begins with /* is never closed"
	case !strings.HasPrefix(at.Message, "unrecognized character") || at.From >= len(text):
		return where, "the text in quotes can't be read: write it without `\\`"
	}
	r := text[at.From]
	if instead, ok := characters[r]; ok {
		return at.Location, fmt.Sprintf("for `%c`, write %s", r, instead)
	}
	return at.Location, fmt.Sprintf("`%c` has no meaning in an expression: remove it", r)
}
