package decimal

import "testing"

var (
	sink      Decimal
	sinkFloat float64
	sinkBytes = make([]byte, 0, 64)
)

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{"price": "18500.55", "noise": "18500.100000000002", "exponent": "1.85e4", "long": "18500.1000000000000023"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			in := []byte(text)
			for b.Loop() {
				sink, _ = ParseBytes(in)
			}
		})
	}
}

func BenchmarkArithmetic(b *testing.B) {
	price, quantity, step := MustParse("18500.55"), MustParse("-3.25"), MustParse("0.05")
	wide := MustParse("123456789012345678901.5")
	for name, f := range map[string]func(){
		"add":          func() { sink = price.Add(quantity) },
		"multiply":     func() { sink = price.Mul(quantity) },
		"divide":       func() { sink = price.Div(quantity) },
		"round":        func() { sink = price.RoundTo(step) },
		"multiplyWide": func() { sink = wide.Mul(quantity) },
		"divideWide":   func() { sink = quantity.Div(wide) },
		"float":        func() { sinkFloat = price.Float64() },
		"floatWide":    func() { sinkFloat = wide.Float64() },
		"append":       func() { sinkBytes = price.Append(sinkBytes[:0]) },
		"appendWide":   func() { sinkBytes = wide.Append(sinkBytes[:0]) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
