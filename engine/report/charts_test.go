package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
)

// element is one of a drawing.
type element struct {
	name, text string
	attributes map[string]string
	within     string // the classes of its groups
}

// drawn lists the elements of a drawing.
func drawn(t *testing.T, svg string) []element {
	t.Helper()
	var out []element
	var open []int
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attributes: make(map[string]string)}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			for _, i := range open {
				e.within += " " + out[i].attributes["class"]
			}
			open, out = append(open, len(out)), append(out, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			out[open[len(open)-1]].text += string(token)
		}
	}
}

// texts gives the texts of a class.
func texts(all []element, class string) string {
	var out []string
	for _, e := range all {
		if strings.Contains(e.attributes["class"], class) {
			out = append(out, e.text)
		}
	}
	return strings.Join(out, " ")
}

const day = 24 * 3_600_000

// twoTrades is two days of a price that rises from 100 to 340 by 5 an hour; bought
// early and sold 7 hours later with a profit of 35, sold short and bought back
// with a loss of 10, and bought again.
func twoTrades() *Backtest {
	book := performance.Book{Account: "a", Strategy: "s", Symbol: "X"}
	run := performance.Run{Capital: map[string]decimal.Decimal{"a": d("1000")}, Books: []performance.Book{book}, Prices: performance.NewPrices(time.Hour, 10_000)}
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	for i := range int64(49) {
		run.Prices.Add("X", from+i*day/24, decimal.FromInt(100+5*i))
	}
	for _, f := range []struct {
		hour            int64
		quantity, price string
	}{{5, "1", "125"}, {12, "-1", "160"}, {24, "-1", "220"}, {26, "1", "230"}, {36, "2", "280"}} {
		quantity := d(f.quantity)
		run.Fills = append(run.Fills, performance.Fill{Book: book, TimeMs: from + f.hour*day/24, Quantity: quantity, Value: quantity.Mul(d(f.price)), Price: d(f.price)})
	}
	b := &Backtest{Settings: Settings{Zone: "UTC", DaysPerYear: 252}, Result: performance.Compute(run), Prices: run.Prices}
	for i := range run.Fills {
		b.Fills = append(b.Fills, NewFill(&run.Fills[i]))
	}
	return b
}

// TestPriceChart: candles, trades at their times and prices, and what is still open.
func TestPriceChart(t *testing.T) {
	b := twoTrades()
	chart := b.newDrawer().price("X", "price-0", 10)
	all := drawn(t, string(chart.SVG))
	if got, want := texts(all, "axis value"), "100 150 200 250 300 350"; got != want {
		t.Errorf("values %q, want %q", got, want)
	}
	// The plane reaches from y 8 to 318 and holds 14.4 on either side of 100 to 340.
	y := func(price float64) string { return f(8 + (340+14.4-price)/(240+28.8)*(340-22-8)) }
	x := func(hour float64) string { return percentOf(hour / 48 * 1_000) }
	var marks, lines []string
	for _, e := range all {
		switch {
		case e.name == "use":
			marks = append(marks, e.attributes["href"]+" "+e.attributes["x"]+" "+e.attributes["y"])
		case e.name == "line" && slices.Contains([]string{" marks win", " marks loss", " marks open"}, strings.TrimPrefix(e.within, " ")):
			lines = append(lines, strings.TrimPrefix(strings.TrimSpace(e.within), "marks ")+" "+e.attributes["x1"]+" "+e.attributes["y1"]+" "+e.attributes["x2"]+" "+e.attributes["y2"])
		}
	}
	wantMarks := []string{
		"#buy " + x(5) + " " + y(125), "#sell " + x(12) + " " + y(160), "#sell " + x(24) + " " + y(220), "#buy " + x(26) + " " + y(230), "#buy " + x(36) + " " + y(280),
	}
	if !slices.Equal(marks, wantMarks) {
		t.Errorf("marks %q, want %q", marks, wantMarks)
	}
	wantLines := []string{
		"win " + x(5) + " " + y(125) + " " + x(12) + " " + y(160), "loss " + x(24) + " " + y(220) + " " + x(26) + " " + y(230), "open " + x(36) + " " + y(280) + " " + x(48) + " " + y(340),
	}
	if !slices.Equal(lines, wantLines) {
		t.Errorf("lines %q, want %q", lines, wantLines)
	}
	if chart.Note != "A candle is 1h. 2 trades, all drawn. 1 still open, dotted." {
		t.Errorf("note %q", chart.Note)
	}
	if got, want := all[slices.IndexFunc(all, func(e element) bool { return e.name == "title" })].text, "a, s: long 1 at 125.00 on 2024-01-01 05:00:00, out at 160.00 on 2024-01-01 12:00:00, net 35.00"; got != want {
		t.Errorf("the first trade is told of as %q, want %q", got, want)
	}
	dr := b.newDrawer()
	dr.price("X", "price-0", 10)
	notes := make(map[string]string)
	for _, r := range dr.readings["price-0"] {
		if len(r.Trades) > 0 {
			notes[r.When] = strings.Join(r.Trades, "; ")
		}
	}
	if want := map[string]string{
		"2024-01-01 05:00:00": "bought 1 at 125.00 (a, s)", "2024-01-01 12:00:00": "sold 1 at 160.00 (a, s), net 35.00", "2024-01-02 00:00:00": "sold 1 at 220.00 (a, s)",
		"2024-01-02 02:00:00": "bought 1 at 230.00 (a, s), net -10.00", "2024-01-02 12:00:00": "bought 2 at 280.00 (a, s), still open",
	}; !maps.Equal(notes, want) {
		t.Errorf("notes %q, want %q", notes, want)
	}
	if got, all := b.largest("X", 1); all != 2 || len(got) != 1 || got[0].Net != d("35") {
		t.Errorf("the largest of %d: %+v", all, got)
	}
	if one := b.newDrawer().price("X", "price-0", 1); !strings.Contains(one.Note, "The 1 trades with the largest profits and losses of 2 are drawn.") {
		t.Errorf("note %q", one.Note)
	}
}

// TestEquityChart: the line of holding, the capital, and readings of both; where
// holding moved far more, the equity has a chart of its own.
func TestEquityChart(t *testing.T) {
	classes := func(c *chart) map[string]int {
		out := make(map[string]int)
		for _, e := range drawn(t, string(c.SVG)) {
			out[e.attributes["class"]]++
		}
		return out
	}
	b := twoTrades()
	d := b.newDrawer()
	charts := d.growth(&b.Total, "equity", 1_000, 300)
	if len(charts) != 2 {
		t.Fatalf("%d charts of an equity that moved by 145 and of holding, which made 2,400; want two", len(charts))
	}
	alone, both := classes(&charts[0]), classes(&charts[1])
	for _, class := range []string{"equity-line", "equity-area", "base", "equity-dot"} {
		if alone[class] != 1 || both[class] != 1 {
			t.Errorf("%d and %d of %s", alone[class], both[class], class)
		}
	}
	if alone["hold-line"]+alone["hold-dot"] != 0 || both["hold-line"] != 1 || both["hold-dot"] != 1 {
		t.Errorf("alone %v, both %v", alone, both)
	}
	last := func(key string) reading { return d.readings[key][len(d.readings[key])-1] }
	if r := last("equity"); r.X != 10_000 || r.When != "2024-01-03 00:00:00" || !slices.Equal(r.Values, []string{"1,145.00"}) || len(r.Heights) != 1 {
		t.Errorf("the last reading is %+v", r)
	}
	if r := last("equity-hold"); !slices.Equal(r.Values, []string{"1,145.00", "3,400.00"}) || r.Heights[0] <= r.Heights[1] {
		t.Errorf("the last reading with holding is %+v", r)
	}
	if !slices.Equal(charts[1].Legend, []legend{{"equity", "Equity", "1,145.00"}, {"hold", "Buy and hold", "3,400.00"}}) || charts[1].When != "2024-01-03 00:00:00" {
		t.Errorf("legend %+v at %s", charts[1].Legend, charts[1].When)
	}

	for i := range b.Total.Curve { // as far as four times as much
		b.Total.Curve[i].Hold = b.Total.Figures.Capital.Add(decimal.FromInt(int64(i * 4 * 145 / (len(b.Total.Curve) - 1))))
	}
	if charts = d.growth(&b.Total, "near", 1_000, 300); len(charts) != 1 || classes(&charts[0])["hold-line"] != 1 {
		t.Errorf("%d charts of two lines of one scale", len(charts))
	}
}

// TestFlatCharts: lines that don't move have an axis, too; a run without trades has
// one chart, with what holding would have made.
func TestFlatCharts(t *testing.T) {
	prices := twoTrades().Prices
	for _, capital := range []string{"0", "10"} {
		run := performance.Run{Capital: map[string]decimal.Decimal{"a": d(capital)}, Books: []performance.Book{{Account: "a", Symbol: "X"}}, Prices: prices}
		flat := &Backtest{Settings: Settings{Zone: "UTC"}, Result: performance.Compute(run), Prices: prices}
		d := flat.newDrawer()
		charts := append(d.growth(&flat.Total, "e", 10, 300), d.drawdown(&flat.Total, "d", 10, 300))
		if len(charts) != 2 {
			t.Errorf("%d charts, want 2", len(charts))
		}
		want := map[string]string{"Equity 0": "-1.0 -0.5 0.0 0.5 1.0", "Equity 10": "10 15 20 25 30", "Drawdown 0": "-1.0 -0.8 -0.6 -0.4 -0.2 0.0", "Drawdown 10": "-1.0 -0.8 -0.6 -0.4 -0.2 0.0"}
		for _, c := range charts {
			if got := texts(drawn(t, string(c.SVG)), "axis value"); got != want[c.Title+" "+capital] || strings.Contains(string(c.SVG), "NaN") {
				t.Errorf("%s of %s: the axis is %q", c.Title, capital, got)
			}
		}
	}
}

// long is a run with so many points: a slow wave with a spike that lasts for one of
// them.
func long(points int) *Backtest {
	curve := make([]performance.Point, points)
	for i := range curve {
		equity := decimal.FromInt(int64(10_000 + i%1_000))
		if i == points/3 {
			equity = d("50000")
		}
		if i == points/2 {
			equity = d("1")
		}
		curve[i] = performance.Point{TimeMs: began + int64(i)*1_000, Equity: equity, Low: equity, High: equity, Hold: d("10000")}
		if i == points/2 {
			curve[i].Drawdown = d("49999")
		}
	}
	return &Backtest{Settings: Settings{Zone: "UTC"}, Result: performance.Result{Total: performance.Scope{Curve: curve}}}
}

// TestLongLinesAreThinned: 100,000 points become what can be seen, and keep the
// highest, the lowest and the last of them, and the deepest drawdown.
func TestLongLinesAreThinned(t *testing.T) {
	b := long(100_000)
	dr := b.newDrawer()
	points := dr.thin(b.Total.Curve, maxPoints)
	high, low, deepest := d("0"), d("99999"), d("0")
	for _, p := range points {
		high, low, deepest = decimal.Max(high, p.High), decimal.Min(low, p.Low), decimal.Max(deepest, p.Drawdown)
	}
	last := points[len(points)-1]
	if len(points) != maxPoints || high != d("50000") || low != d("1") || deepest != d("49999") || last.TimeMs != began+99_999_000 || last.Equity != d("10999") {
		t.Errorf("%d points between %v and %v, deepest %v, the last %+v", len(points), low, high, deepest, last)
	}
	chart := dr.growth(&b.Total, "equity", maxPoints, 300)[0]
	path := ""
	for _, e := range drawn(t, string(chart.SVG)) {
		if e.attributes["class"] == "equity-line" {
			path = e.attributes["d"]
		}
	}
	top, bottom := 300.0, 0.0
	for _, place := range strings.FieldsFunc(path, func(r rune) bool { return r == 'M' || r == 'L' || r == 'V' }) {
		_, text, both := strings.Cut(place, " ")
		if !both {
			text = place
		}
		y, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatalf("%q: %v", place, err)
		}
		top, bottom = min(top, y), max(bottom, y)
	}
	p := newPlane(dr.timeline, 1-49_999*0.04, 50_000+49_999*0.04, 300)
	if f(top) != f(p.y(50_000)) || f(bottom) != f(p.y(1)) {
		t.Errorf("the line reaches from %v to %v, want %v to %v", top, bottom, p.y(50_000), p.y(1))
	}
	if len(chart.SVG) > 60_000 {
		t.Errorf("the drawing has %d bytes", len(chart.SVG))
	}
	var page strings.Builder
	if err := b.HTML(&page); err != nil || page.Len() > 400_000 {
		t.Errorf("%v, the page has %d bytes", err, page.Len())
	}
}

// TestLargestPage: with all lists full, the page stays small enough to send.
func TestLargestPage(t *testing.T) {
	b := full()
	var page strings.Builder
	if err := b.HTML(&page); err != nil {
		t.Fatal(err)
	}
	if page.Len() > 6<<20 {
		t.Errorf("the page has %d bytes", page.Len())
	}
	t.Logf("%d bytes", page.Len())
	for _, want := range []string{"The first 500 of 700; the JSON has them all.", "The 100 trades with the largest profits and losses of 500 are drawn."} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	var again strings.Builder
	if err := full().HTML(&again); err != nil || again.String() != page.String() {
		t.Errorf("the same run gives another page: %v", err)
	}
}

// full is a run of 40 symbols and 30 accounts that fills every list of the page.
func full() *Backtest {
	run := performance.Run{Capital: make(map[string]decimal.Decimal), Prices: performance.NewPrices(time.Second, 1_000_000)}
	for i := range int64(20_000) {
		b := performance.Book{Account: fmt.Sprintf("an-account-%03d", i%30), Strategy: "a strategy with a name", Symbol: fmt.Sprintf("SYMBOL-%02d", i%40)}
		run.Capital[b.Account] = d("1000000")
		price := decimal.FromInt(10_000 + i%977)
		run.Prices.Add(b.Symbol, began+i*10_000, price)
		run.Fills = append(run.Fills,
			performance.Fill{Book: b, TimeMs: began + i*10_000, Quantity: d("1"), Value: price}, performance.Fill{Book: b, TimeMs: began + i*10_000 + 1, Quantity: d("-1"), Value: price.Neg().Sub(d("0.5"))})
	}
	b := &Backtest{Settings: Settings{Zone: "UTC"}, Result: performance.Compute(run), Prices: run.Prices}
	for i := range int64(700) {
		b.Alerts = append(b.Alerts, Alert{TimeMs: began + i, Account: "an-account-001", Type: "DAILY_LOSS", Severity: "WARNING", Message: "the loss of the day is 12345.67 of 20000"})
		b.Rejected = append(b.Rejected, Order{TimeMs: began + i, Reason: "MAX_ORDER_QUANTITY", Detail: "quantity 950000 is above 900000"})
		b.Cancelled = append(b.Cancelled, Order{TimeMs: began + i, Reason: "DAY_ENDED"})
	}
	return b
}
