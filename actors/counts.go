package actors

// count notes what is to be counted when the epoch is put out: what is aborted is made,
// and noted, again.
func (ep *epoch) count(c Counter, label string, n int) { ep.counts[countKey{c, label}] += n }

// withheldBy is what an account's strategies withheld, counted together.
type withheldBy struct {
	user string
	withheldKey
}

// withhold notes what the strategies of an account withheld, as count does.
func (ep *epoch) withhold(user string, all map[withheldKey]withheld) {
	if ep.withheld == nil && len(all) > 0 {
		ep.withheld = make(map[withheldBy]withheld, len(all))
	}
	for k, w := range all {
		by := withheldBy{user, k}
		ep.withheld[by] = withheld{ep.withheld[by].n + w.n, w.last}
	}
}

// count tells of an epoch that was put out.
func (s *shard) count(ep *epoch, moved bool) {
	obs := s.config.Observer
	if ep.ticks > 0 {
		obs.Count(CountTicks, "", ep.ticks)
	}
	for topic, n := range ep.consumed {
		obs.Count(CountConsumed, topic, n)
	}
	for k, n := range ep.counts {
		obs.Count(k.counter, k.label, n)
	}
	for by, w := range ep.withheld {
		obs.Withheld(by.user, by.strategyID, w.last, w.n)
	}
	if ep.takes > 0 {
		obs.Count(CountEpochs, string(s.id.Kind), 1)
	}
	if moved {
		for tp, next := range ep.next {
			obs.Position(s.id, tp, next)
		}
	}
}
