// Package compiled is where strategies that are written in Go are known by name,
// so that an account can deploy them like rules:
//
//   - name: fade
//     symbols: [NIFTY]
//     code: gap-fade
//     parameters: {gap: "0.5", quantity: "50"}
//
// A package of strategies registers each in its init, and a build of veloxd imports
// it; trading/strategy/examples is one to copy:
//
//	func init() { compiled.Register("gap-fade", newGapFade) }
//
//	func newGapFade(at compiled.Place, p *compiled.Parameters) strategy.Strategy {
//		s := &gapFade{Place: at}
//		s.gap = p.Number("gap", 0.5, 0.05, 20)
//		s.quantity = p.Money("quantity", "1", "0.00000001", "1000000")
//		return s
//	}
//
// All nodes of a cluster need the same build: a strategy whose code a node doesn't
// know fails there alone, with an alert that has its name, and its account goes on.
package compiled
