package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/spelling"
)

// foreign are words of other platforms for what is there under another name.
var foreign = map[string]string{
	"ltp": "price", "last": "price", "last_price": "price", "vol": "volume", "qty": "position", "pos": "position",
	"entry_price": "average_price", "avg_price": "average_price", "pnl": "unrealized_pnl", "mtm": "unrealized_pnl",
	"hour": "minute_of_day", "minute": "minute_of_day", "time": "minute_of_day", "day": "weekday", "day_of_week": "weekday",
	"prev_close": "prev_day_close", "prev_high": "prev_day_high", "prev_low": "prev_day_low", "prev_open": "prev_day_open",
	"crossover": "cross_above", "crosses_above": "cross_above", "cross_over": "cross_above", "cross": "cross_above",
	"crossunder": "cross_below", "crosses_below": "cross_below", "cross_under": "cross_below",
	"mean": "average", "avg": "average", "std": "stdev", "stddev": "stdev", "hhv": "highest", "llv": "lowest",
	"entry": "entry_long", "buy": "entry_long", "long": "entry_long", "sell": "exit_long", "short": "entry_short", "cover": "exit_short",
	"sl": "stoploss", "stop_loss": "stoploss", "stop": "stoploss", "take_profit": "target", "tp": "target", "size": "quantity",
	"timezone": "zone", "hours": "session", "cooldown": "cool_down",
}

// suggest asks for the name of a list that a word was probably meant to be, as the
// beginning of a message; "" when there is none.
func suggest(word string, list []string) string {
	near := foreign[strings.ToLower(word)]
	if !slices.Contains(list, near) {
		near = spelling.Nearest(word, list)
	}
	if near == "" {
		return ""
	}
	return "did you mean " + near + "?"
}

func noRule(name string) string {
	if strings.ContainsAny(name, "()") {
		return "no such rule, but the rest of one: inside { }, a rule with a comma stands in quotes"
	}
	if hint := suggest(name, fieldNames()); hint != "" {
		return "no such rule: " + hint
	}
	return "no such rule; there are " + strings.Join(fieldNames(), ", ")
}

// unknown says what is wrong with a name, or nothing when it is an indicator's.
func (n *names) unknown(name string) string {
	_, _, err := indicator.ParseName(name)
	if err == nil {
		return ""
	}
	if slices.Contains(n.symbols, name) {
		return fmt.Sprintf(`%s is a symbol: its last close is of("%s", close), and close alone is that of the symbol for which the rule is asked`, name, name)
	}
	if hint := n.suggestValue(name); hint != "" {
		return "no value is named " + name + ": " + hint
	}
	if name == strings.ToUpper(name) || ofIndicator.MatchString(name) {
		_, _, err = indicator.ParseName(strings.ToUpper(name))
		return exampleName.ReplaceAllString(err.Error(), `${1}indicator("${2}")`)
	}
	return "no value is named " + name + "; there are " + strings.Join(knownNames(), ", ") + ", and indicators such as EMA_20"
}

func (n *names) suggestValue(name string) string {
	list := knownNames()
	for _, d := range n.let {
		list = append(list, d.name)
	}
	if meant := indicator.Meant(name); meant != "" {
		return "did you mean " + inRule(meant) + "?"
	}
	if slices.Contains(functionNames, strings.ToLower(name)) {
		return "it is a function and wants its arguments in parentheses"
	}
	if name == strings.ToUpper(name) { // an indicator, unless it is a name but for its letters
		list = slices.DeleteFunc(list, func(known string) bool { return !strings.EqualFold(known, name) })
	}
	return suggest(name, list)
}

// ofIndicator tells words that can be meant as an indicator's name only: EMMA_20.
var ofIndicator = regexp.MustCompile(`^[A-Za-z_]+_[0-9][0-9_.]*$`)

// exampleName finds a name that a message gives as an example and that needs quotes in a rule.
var exampleName = regexp.MustCompile(`(as in |did you mean )([A-Z][A-Z0-9_]*\.[A-Z0-9_.]*[A-Z0-9])`)

// inRule writes an indicator as a rule has it: a name with a dot or a sign in quotes.
func inRule(name string) string {
	if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
		return name
	}
	return `indicator("` + name + `")`
}

// noFunction says why a function can't stand where a number or a condition is wanted;
// list is what can.
func noFunction(name string, args []ast.Node, what, list string) string {
	switch {
	case name == "":
		return "a function is called by its name alone, as in average(x, 20)"
	case slices.Contains(knownNames(), name):
		return name + " is a value and has no arguments"
	}
	if slices.Contains(functionNames, name) {
		return name + " gives no " + what
	}
	if meant := indicator.Meant(name); meant != "" {
		for i := len(args) - 1; i >= 0; i-- {
			if n, ok := args[i].(*ast.IntegerNode); ok {
				meant = cmp.Or(indicator.Meant(name+"_"+strconv.Itoa(n.Value)), meant)
			}
		}
		return "no function is named " + name + ", for an indicator's parameters are part of its name: did you mean " + inRule(meant) + "?"
	}
	if hint := suggest(name, functionNames); hint != "" {
		return "no function is named " + name + ": " + hint
	}
	return "no function is named " + name + "; a " + what + " is given by " + list
}
