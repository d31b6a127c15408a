package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
)

var d = decimal.MustParse

const began = 1_700_000_000_000

const hostile = `</script><script>alert("x")</script>&'`

// sample is a run of two accounts over three days, one of them with a name that
// wants to be code.
func sample(t *testing.T) *Backtest {
	t.Helper()
	run := performance.Run{
		Settings: performance.Settings{DaysMin: 2}, // so that the ratios are there to show
		Capital:  map[string]decimal.Decimal{"ann": d("1000"), hostile: d("500")},
		Books: []performance.Book{
			{Account: "ann", Strategy: "trend", Symbol: "X"}, {Account: "ann", Strategy: "trend", Symbol: "Y"}, {Account: hostile, Strategy: "a name that is far too long for a table", Symbol: "X"},
		},
		Prices: performance.NewPrices(time.Minute, 100_000),
	}
	for i := range int64(1_500) {
		run.Prices.Add("X", began+i*150_000, decimal.FromInt(100+(i*7)%13))
		run.Prices.Add("Y", began+i*150_000+7, d("0.00001234"))
	}
	for i := range int64(40) {
		quantity := d("2")
		if i%2 == 1 {
			quantity = quantity.Neg()
		}
		for _, b := range run.Books[:1+2*(i%2)] {
			run.Fills = append(run.Fills, performance.Fill{Book: b, TimeMs: began + i*5_000_000, Quantity: quantity, Value: quantity.Mul(decimal.FromInt(100 + i%5)), Price: decimal.FromInt(100 + i%5), Fees: d("0.015")})
		}
	}
	return &Backtest{
		Events: sampleEvents(run.Fills),
		Schema: Schema, Partial: "it was stopped", Input: Input{Files: []string{"ticks<1>.csv"}, Ticks: 3_000, FirstMs: began, LastMs: began + 224_850_000, Symbols: []string{}, Partitions: "1", Calendars: "E has no calendar"},
		Settings: Settings{Days: "trading days of E, 252 a year", DaysPerYear: 252, Zone: "UTC", SampleMs: 60_000}, Warnings: []string{"not <all> is well"},
		Counts: Counts{
			Signals: 40, Decisions: 1_500, EntriesWithheld: map[string]int64{"COLD": 1_200, "GAP": 3}, ExitsWithheld: map[string]int64{"OPEN_ORDER": 1}, Placed: 40, Cancelled: map[string]int64{}, Rejected: map[string]int64{"DAILY_LOSS": 2, "NO_PRICE": 1_234},
			Alerts: map[string]int64{"DAILY_LOSS INFO": 1}, DeadLetters: map[string]int64{},
		},
		Silence: "0 signals: as an example", Withheld: []Withheld{{Account: "ann", Strategy: "trend", Symbol: "X", What: "ENTRY", Reason: "COLD", Count: 1_200, Detail: "EMA_50 needs 50 candles, had 12"}},
		Result: performance.Compute(run), Prices: run.Prices,
	}
}

func sampleEvents(fills []performance.Fill) Events {
	hers := performance.Book{Account: hostile, Strategy: hostile, Symbol: "Y"}
	out := Events{
		Alerts: []Alert{{TimeMs: began + 7_000, Account: hostile, Type: "DAILY_LOSS", Severity: "INFO", Message: hostile, Data: json.RawMessage(`{"loss": 2}`)}},
		Rejected: []Order{
			{TimeMs: began + 5_000, Book: hers, Side: "BUY", Type: "LIMIT", Quantity: d("2"), Price: d("0.00001234"), Reason: "DAILY_LOSS", OrderID: "r-1"},
			{TimeMs: began + 6_000, Book: hers, Side: "BUY", Type: "MARKET", Quantity: d("2"), Reason: "DAILY_LOSS", Detail: hostile, OrderID: "r-2"},
		},
		Cancelled: []Order{{TimeMs: began + 8_000, Book: hers, Side: "SELL", Type: "SL", Quantity: d("3000"), Filled: d("1250"), Price: d("0.000012"), TriggerPrice: d("0.0000121"), Reason: "DAY_ENDED", OrderID: "c-1"}},
		LeftOut:   LeftOut{Rejected: 1_234},
	}
	for i := range fills {
		out.Fills = append(out.Fills, NewFill(&fills[i]))
	}
	return out
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := sample(t).Text(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for i, line := range strings.Split(text, "\n") {
		if n := utf8.RuneCountInString(line); n > 100 && !strings.HasPrefix(line, "warning") {
			t.Errorf("line %d has %d columns: %q", i+1, n, line)
		}
	}
	for _, want := range []string{
		"PARTIAL: it was stopped.", "3,000 ticks from", "UTC\nE has no calendar\n40 signals", "rejected 1,236 (DAILY_LOSS 2, NO_PRICE 1,234), cancelled 0", "warning: not <all> is well", "\n0 signals: as an example\n", "\nentries withheld 1,203 (COLD 1,200, GAP 3) of 1,500 decisions, exits withheld 1 (OPEN_ORDER 1)\n",
		"\nann   ", "alert(\"…", "2023-11-14 22:13:20", "the last 10 of", "\n11-17 01:36:40 ann trend        X                    long        2     101.00     102.00       1.97\n", "capital                             1,500.00",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text has no %q:\n%s", want, text)
		}
	}
}

// TestTextTrades: the text says how many of the trades it lists only when it leaves some
// out.
func TestTextTrades(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "\n1 trade\n", textTrades: "\n10 trades\n", textTrades + 1: "\nthe last 10 of 11 trades\n"} {
		doc := sample(t)
		doc.RoundTrips = doc.RoundTrips[:n]
		var b strings.Builder
		if err := doc.Text(&b); err != nil {
			t.Fatal(err)
		}
		if text := b.String(); !strings.Contains(text, want) || (want == "") == strings.Contains(text, "\nexit  ") {
			t.Errorf("of %d trades, want %q:\n%s", n, want, text)
		}
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "-0.004": "-0.004", "0.0000123": "0.000012", "0.005": "0.005", "0.0050001": "0.01", "1234567.891": "1,234,567.89", "-1234.5": "-1,234.50", "999.995": "1,000.00", "-12": "-12.00", "0.5": "0.50",
	} {
		if got := money(d(in)); got != want {
			t.Errorf("money of %s is %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"5": "5.00", "0.00001234": "0.00001234", "61837.6": "61,837.60"} {
		if got := prices(nil).text("X", d(in)); got != want {
			t.Errorf("price of %s is %s, want %s", in, got, want)
		}
	}
	for ms, want := range map[int64]string{0: "0s", 59_400: "59s", 61_000: "1m", 3_600_000: "1h", 36_600_000: "10h10m", 200_000_000: "2.3 days"} {
		if got := duration(ms); got != want {
			t.Errorf("%d ms is %s, want %s", ms, got, want)
		}
	}
	for _, c := range []struct {
		v, step float64
		want    string
	}{{1500, 500, "1,500"}, {-0.25, 0.05, "-0.25"}, {61_850, 50, "61,850"}, {0.00001, 0.000005, "0.000010"}} {
		if got := axisNumber(c.v, c.step); got != c.want {
			t.Errorf("%v in steps of %v is %s, want %s", c.v, c.step, got, c.want)
		}
	}
}

// paths lists the fields of a document, arrays as [], with what they hold.
func paths(at string, v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if strings.HasPrefix(at, "counts.") {
				k = "*"
			}
			paths(strings.TrimPrefix(at+"."+k, "."), inner, into)
		}
	case []any:
		for _, inner := range v {
			paths(at+"[]", inner, into)
		}
	case nil:
		into[at+" number"] = true // a ratio without a value
	default:
		into[at+" "+map[string]string{"string": "text", "float64": "number", "bool": "truth"}[fmt.Sprintf("%T", v)]] = true
	}
}

// TestSchema holds the fields of the JSON to a list: what programs read must not
// change or go without another number of the schema.
func TestSchema(t *testing.T) {
	var b bytes.Buffer
	if err := sample(t).JSON(&b); err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	paths("", doc, found)
	text, err := os.ReadFile("testdata/schema.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, path := range want {
		if !found[path] {
			t.Errorf("the document has no longer %q", path)
		}
	}
	for path := range found {
		if !slices.Contains(want, path) {
			t.Errorf("the document has %q, which testdata/schema.txt does not list", path)
		}
	}
}

var scripts = regexp.MustCompile(`(?s)<script( type="application/json" id="readings")?>(.*?)</script>`)

// TestPage: the page is well formed, needs nothing from elsewhere, runs no code but
// its own whatever names are, and has every chart, table and number.
func TestPage(t *testing.T) {
	b := sample(t)
	var text bytes.Buffer
	if err := b.HTML(&text); err != nil {
		t.Fatal(err)
	}
	page := text.String()
	if want := "Partitions: 1. E has no calendar. Equity"; !strings.Contains(page, want) {
		t.Errorf("the page has no %q", want)
	}
	found := scripts.FindAllStringSubmatch(page, -1)
	if len(found) != 2 || found[1][2] != pageScript {
		t.Fatalf("%d scripts, want the data and the page's own", len(found))
	}
	var data map[string][]reading
	if err := json.Unmarshal([]byte(found[0][2]), &data); err != nil {
		t.Fatal(err)
	}
	if equity := data["equity"]; len(data) != 2+2*2+2 || len(equity) != len(b.Total.Curve) || equity[len(equity)-1].Values[0] != money(b.Total.Figures.Equity) {
		t.Errorf("data of %d charts, %d points of the equity, want %d", len(data), len(data["equity"]), len(b.Total.Curve))
	}
	rest := scripts.ReplaceAllString(page, "")
	for _, bad := range []string{"http:", "https:", "//", "src=", `href="h`, `href="/`, "url(", "@import", "<script", "NaN", "Inf<", "<no value>", "%!"} {
		if i := strings.Index(rest, bad); i >= 0 {
			t.Errorf("the page has %q: ...%.80s", bad, rest[max(i-40, 0):])
		}
	}
	tags := elements(t, rest)
	if tags["figure"] != 2+2*2+2 || tags["svg"] != 1+3*tags["figure"] || tags["script"] != 0 {
		t.Errorf("%d charts, want 8: equity and drawdown of all and of each account, and two prices; %d drawings, %d scripts", tags["figure"], tags["svg"], tags["script"])
	}
	if want := len(b.RoundTrips) + 2 + 2 + 2 + 4 + len(b.Open) + 1 + 2 + 3 + 2 + 2; tags["tr"] != want {
		t.Errorf("%d rows, want %d", tags["tr"], want)
	}
	for _, want := range []string{"<title>Backtest of a name that is far too long for a table, trend on X, Y, 2023-11-14 22:13 to 2023-11-17 12:40</title>", "<strong>Partial:</strong> it was stopped", `role="status">0 signals: as an example</p>`, "<td>COLD</td><td>1,200</td>", "1,203 (COLD 1,200, GAP 3)", "not &lt;all&gt; is well", "ticks&lt;1&gt;.csv", "The first 2 of 1,236; the JSON has the first 2.", "<td>0.00001234</td>", "<td>1,250</td>", "<small>&lt;/script&gt;", `Content-Security-Policy" content="default-src 'none'`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// elements counts the elements of a page, which must be well nested; drawings must
// say what they show, and heads of tables what they head.
func elements(t *testing.T, page string) map[string]int {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	out := make(map[string]int)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		out[start.Name.Local]++
		needs := map[string]string{"figure": "aria-label", "th": "scope"}[start.Name.Local]
		if needs != "" && !slices.ContainsFunc(start.Attr, func(a xml.Attr) bool { return a.Name.Local == needs && a.Value != "" }) {
			t.Errorf("%s has no %s", start.Name.Local, needs)
		}
	}
}

// TestPageIsBounded: many trades, symbols and accounts are cut, and the page says
// so.
func TestPageIsBounded(t *testing.T) {
	run := performance.Run{Capital: make(map[string]decimal.Decimal), Prices: performance.NewPrices(time.Second, 1_000_000)}
	for i := range int64(3_000) {
		b := performance.Book{Account: fmt.Sprintf("user-%03d", i%300), Strategy: "s", Symbol: fmt.Sprintf("S%02d", i%40)}
		run.Capital[b.Account] = d("1000")
		run.Prices.Add(b.Symbol, i*10_000, d("5"))
		run.Fills = append(run.Fills, performance.Fill{Book: b, TimeMs: i * 10_000, Quantity: d("1"), Value: d("5")}, performance.Fill{Book: b, TimeMs: i*10_000 + 1, Quantity: d("-1"), Value: d("-5")})
	}
	var b strings.Builder
	doc := &Backtest{Settings: Settings{Zone: "UTC"}, Result: performance.Compute(run), Prices: run.Prices}
	if err := doc.HTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"The first 2,000 of 3,000; the JSON has them all.", "The 30 symbols with the most trades; 10 more", "100 more are in the JSON"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := b.Len(); n > 4<<20 {
		t.Errorf("the page has %d bytes", n)
	}
	b.Reset()
	if err := doc.Text(&b); err != nil || !strings.Contains(b.String(), "and 260 more: --json has them all") {
		t.Errorf("text: %v\n%s", err, b.String())
	}
}

// TestEmptyPage: a run without a trade or a price draws, too.
func TestEmptyPage(t *testing.T) {
	doc := &Backtest{Settings: Settings{Zone: "UTC"}, Result: performance.Compute(performance.Run{})}
	var b strings.Builder
	if err := doc.HTML(&b); err != nil || strings.Contains(scripts.ReplaceAllString(b.String(), ""), "NaN") || !strings.Contains(b.String(), "There were none.") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
