package order

import (
	"errors"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

func wants(quantity, price string) Terms {
	return Terms{Kind: Limit, Quantity: d(quantity), Price: d(price)}
}

func of(k ReportKind) Report { return Report{OrderID: "o", Kind: k} }

func seen(k ReportKind, terms Terms) Report { return Report{OrderID: "o", Kind: k, Terms: terms} }

func changed(terms Terms) Report { return seen(ReportChanged, terms) }

// settled is an answer when a change to the terms can't arrive any more.
func settled(terms Terms) Report { return Report{OrderID: "o", Kind: ReportAccepted, Settled: terms} }

// changes are what becomes of an order for 10 at 100, of which 4 are traded, when
// it is asked to become another.
var changes = map[string]struct {
	wanted  Terms
	reports []Report
	status  Status
	terms   Terms
	waiting bool // for an answer
	last    Outcome
}{
	"done":        {wants("20", "99"), []Report{changed(Terms{})}, PartiallyFilled, wants("20", "99"), false, Outcome{Changed: true, NewTerms: true}},
	"done so far": {wants("20", "99"), []Report{changed(wants("15", "99"))}, PartiallyFilled, wants("15", "99"), false, Outcome{Changed: true, NewTerms: true}},
	"as it was":   {wants("20", "99"), []Report{changed(wants("10", "100"))}, PartiallyFilled, wants("10", "100"), false, Outcome{}},
	"refused":     {wants("20", "99"), []Report{of(ReportUnchanged)}, PartiallyFilled, wants("10", "100"), false, Outcome{Refused: true}},
	"not asked":   {Terms{}, []Report{of(ReportUnchanged)}, PartiallyFilled, wants("10", "100"), false, Outcome{}},
	"unasked":     {Terms{}, []Report{changed(wants("6", "98"))}, PartiallyFilled, wants("6", "98"), false, Outcome{Changed: true, NewTerms: true}},
	"nothing new": {Terms{}, []Report{changed(Terms{})}, PartiallyFilled, wants("10", "100"), false, Outcome{}},
	"to less than was traded": {
		wants("4", "100"),
		[]Report{changed(Terms{})},
		Filled, wants("4", "100"), false,
		Outcome{Changed: true, NewTerms: true},
	},
	"lost, and found done": {
		wants("20", "99"),
		[]Report{of(ReportUnknown), seen(ReportAccepted, wants("20", "99"))},
		PartiallyFilled, wants("20", "99"), false,
		Outcome{Changed: true, NewTerms: true},
	},
	"lost, and found as it was": {
		wants("20", "99"),
		[]Report{of(ReportUnknown), seen(ReportAccepted, wants("10", "100"))},
		PartiallyFilled, wants("10", "100"), true,
		Outcome{Changed: true},
	},
	"lost, found as it was, and nothing can arrive": {
		wants("20", "99"),
		[]Report{of(ReportUnknown), seen(ReportAccepted, wants("10", "100")), settled(wants("20", "99"))},
		PartiallyFilled, wants("10", "100"), true,
		Outcome{Lost: true},
	},
	"lost, and found": {
		wants("20", "99"), []Report{of(ReportUnknown), of(ReportAccepted)}, PartiallyFilled, wants("10", "100"), true, Outcome{Changed: true},
	},
	"lost, and found when nothing can arrive": {
		wants("20", "99"), []Report{of(ReportUnknown), settled(wants("20", "99"))}, PartiallyFilled, wants("10", "100"), true, Outcome{Lost: true, Changed: true},
	},
	"nothing of another change can arrive": {
		wants("20", "99"), []Report{settled(wants("15", "99"))}, PartiallyFilled, wants("10", "100"), true, Outcome{},
	},
	"an acknowledgement that is no answer": {
		wants("20", "99"), []Report{of(ReportAccepted)}, PartiallyFilled, wants("10", "100"), true, Outcome{},
	},
	"lost, then a fill": {
		wants("20", "99"),
		[]Report{of(ReportUnknown), fill("5", "100")},
		PartiallyFilled, wants("10", "100"), true,
		Outcome{Changed: true, Quantity: d("1"), Value: d("100")},
	},
	"a fill of all that it was": {
		wants("20", "99"),
		[]Report{fill("10", "100")},
		PartiallyFilled, wants("10", "100"), true,
		Outcome{Changed: true, Quantity: d("6"), Value: d("600")},
	},
	"a fill that shows that it was done": {
		wants("20", "99"),
		[]Report{{OrderID: "o", Kind: ReportFill, FilledQuantity: d("6"), AveragePrice: d("100"), Terms: wants("20", "99")}},
		PartiallyFilled, wants("20", "99"), false,
		Outcome{Changed: true, NewTerms: true, Quantity: d("2"), Value: d("200")},
	},
	"a fill that is known and shows that it was done": {
		wants("20", "99"),
		[]Report{{OrderID: "o", Kind: ReportFill, FilledQuantity: d("4"), AveragePrice: d("100"), Terms: wants("20", "99")}},
		PartiallyFilled, wants("20", "99"), false,
		Outcome{Changed: true, NewTerms: true},
	},
	"and refused": {
		wants("20", "99"),
		[]Report{fill("10", "100"), of(ReportUnchanged)},
		Filled, wants("10", "100"), false,
		Outcome{Changed: true, Refused: true},
	},
	"a fill of more than it was": {
		wants("20", "99"),
		[]Report{fill("11", "100")},
		PartiallyFilled, wants("20", "99"), false,
		Outcome{Changed: true, NewTerms: true, Quantity: d("7"), Value: d("700")},
	},
	"a fill of all that it is to be": {
		wants("20", "99"),
		[]Report{fill("20", "100")},
		Filled, wants("20", "99"), false,
		Outcome{Changed: true, NewTerms: true, Quantity: d("16"), Value: d("1600")},
	},
	"too much while it was to be less": {
		wants("6", "99"),
		[]Report{fill("11", "100")},
		Filled, wants("10", "100"), false,
		Outcome{Changed: true, Overfilled: true, Quantity: d("7"), Value: d("700")},
	},
	"cancelled": {
		wants("20", "99"), []Report{of(ReportCancelled)}, Cancelled, wants("10", "100"), false, Outcome{Changed: true},
	},
	"an answer after its end": {
		wants("20", "99"), []Report{of(ReportCancelled), changed(Terms{})}, Cancelled, wants("10", "100"), false, Outcome{},
	},
	"too much while only its price was to change": {
		wants("10", "99"),
		[]Report{fill("11", "100")},
		Filled, wants("10", "100"), false,
		Outcome{Changed: true, Overfilled: true, Quantity: d("7"), Value: d("700")},
	},
}

func TestChanges(t *testing.T) {
	for name, c := range changes {
		o := fresh()
		if _, err := o.Apply(fill("4", "100")); err != nil {
			t.Fatal(err)
		}
		o.Wanted = c.wanted
		var out Outcome
		var err error
		for _, r := range c.reports {
			if out, err = o.Apply(r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if o.Status != c.status || o.Terms() != c.terms || (o.Wanted != Terms{}) != c.waiting || out != c.last {
			t.Errorf("%s: %s with %+v, wanted %+v, %+v", name, o.Status, o.Terms(), o.Wanted, out)
		}
	}
}

func TestBadTermsChangeNothing(t *testing.T) {
	for name, terms := range map[string]Terms{
		"no price":         {Kind: Limit, Quantity: d("5")},
		"no quantity":      {Kind: Limit, Price: d("5")},
		"below nothing":    {Kind: Market, Quantity: d("-5")},
		"no kind":          {Quantity: d("5"), Price: d("5")},
		"beyond any bound": {Kind: Market, Quantity: d("99999999999999")},
	} {
		o := fresh()
		o.Wanted = wants("20", "99")
		was := *o
		if _, err := o.Apply(Report{Kind: ReportChanged, Terms: terms}); !errors.Is(err, ErrBadReport) || *o != was {
			t.Errorf("%s: %v, order %+v", name, err, o)
		}
	}
}

func TestRest(t *testing.T) {
	o := fresh()
	if o.Rest() != d("10") {
		t.Errorf("rest %v", o.Rest())
	}
	o.FilledQuantity = d("4")
	o.Wanted = wants("7", "1")
	if o.Rest() != d("6") {
		t.Errorf("while it is to be less: %v", o.Rest())
	}
	o.Wanted = wants("17", "1")
	if o.Rest() != d("13") {
		t.Errorf("while it is to be more: %v", o.Rest())
	}
	o.Wanted, o.FilledQuantity = Terms{}, d("11")
	if o.Rest() != (decimal.Decimal{}) {
		t.Errorf("overfilled: %v", o.Rest())
	}
}

// FuzzOrder: whatever a venue says, and whatever it was asked for in between, the
// order stays whole: only listed transitions, fills that add up and are never taken
// back, FILLED when and only when nothing is left, no question open at its end.
func FuzzOrder(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 16, 20, 9, 0, 7, 0, 0, 0})
	f.Add([]byte{1, 0, 0, 0, 2, 0, 0, 0, 4, 6, 5, 0, 16, 30, 9, 0, 9, 0, 0, 0, 0, 30, 9, 1})
	f.Add([]byte{16, 20, 9, 0, 4, 10, 1, 0, 8, 0, 0, 0})
	f.Add([]byte("0000\x04\n00\x03000")) // found by fuzzing: all is filled while more is asked for, then the end
	kinds := []ReportKind{
		ReportAccepted, ReportAwaits, ReportTriggered, ReportRejected, ReportFill, ReportCancelled, ReportChanged, ReportChanged,
		ReportUnchanged, ReportUnknown, ReportNotSent, "MAYBE",
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := fresh()
		if len(data)%2 == 1 {
			o.Kind, o.Trigger = StopLimit, d("99")
		}
		quantity, value := decimal.Decimal{}, decimal.Decimal{}
		for ; len(data) >= 4; data = data[4:] {
			n, p := decimal.FromInt(int64(int8(data[1]))), decimal.FromInt(int64(int8(data[2])))
			if data[0] >= 16 {
				if !o.Status.Final() && o.Wanted == (Terms{}) && n.Greater(o.FilledQuantity) && p.Sign() > 0 {
					o.Wanted = Terms{Kind: Limit, Quantity: n, Price: p}
				}
				continue
			}
			r := Report{OrderID: "o", Kind: kinds[int(data[0])%len(kinds)], FilledQuantity: n, AveragePrice: p}
			if data[3]%2 == 1 {
				r.Terms = Terms{Kind: Limit, Quantity: n, Price: p}
			}
			if data[3]%4 > 1 {
				r.Settled = o.Wanted
			}
			was := *o
			out, err := o.Apply(r)
			if err != nil && *o != was {
				t.Fatalf("%v, yet %+v became %+v", err, was, *o)
			}
			quantity, value = quantity.Add(out.Quantity), value.Add(out.Value)
			checkWhole(t, &was, o, out)
			if quantity != o.FilledQuantity || value != o.FilledValue {
				t.Fatalf("outcomes sum up to %v for %v, the order has %v for %v", quantity, value, o.FilledQuantity, o.FilledValue)
			}
		}
	})
}

func checkWhole(t *testing.T, was, o *Order, out Outcome) {
	t.Helper()
	switch {
	case o.FilledQuantity.Less(was.FilledQuantity):
		t.Fatalf("fills were taken back: %v, then %v", was.FilledQuantity, o.FilledQuantity)
	case o.Status == Filled != o.Rest().IsZero():
		t.Fatalf("%s with %v of %v", o.Status, o.FilledQuantity, o.Quantity)
	case transitions[o.Status] == nil:
		t.Fatalf("status %s", o.Status)
	case !out.Changed && (o.Status != was.Status || o.FilledQuantity != was.FilledQuantity || o.Terms() != was.Terms()):
		t.Fatalf("%+v became %+v without a change", *was, *o)
	case o.Status.Final() && o.Wanted != Terms{}:
		t.Fatalf("%s, and an answer is waited for: %+v", o.Status, o.Wanted)
	case out.Lost && (o.Wanted == Terms{} || o.Status == Unknown):
		t.Fatal("a change is lost that nobody asked for")
	case out.NewTerms && o.Terms() == was.Terms():
		t.Fatalf("new terms %+v are the old ones", o.Terms())
	case o.FilledQuantity.Sign() > 0 && (o.Status == Open || o.Status == TriggerPending || o.Status == Rejected):
		t.Fatalf("%s with %v filled", o.Status, o.FilledQuantity)
	}
}
