package main

// change replaces a text that a file has exactly once.
type change struct{ file, old, new string }

// law is a law, and the changes that break it.
type law struct {
	name string
	// seeds are some of the simulation that saw it broken, for -known; a law without any
	// is seen by the tests of kafka/ on real brokers.
	seeds   []int
	changes []change
}

// onKafka tells whether the law is broken in what talks to real brokers.
func (l *law) onKafka() bool { return l.seeds == nil }

// laws are those that must be seen when they are broken. Those that the log keeps
// are broken twice: in the log in memory, and in the one on Kafka.
var laws = []law{
	{"downstream reads uncommitted", []int{6, 7, 8, 9}, []change{
		{"sim/memlog/read.go", "\t\tstable := in.part.stable()\n", "\t\tstable := in.part.next\n"},
		{"sim/memlog/read.go", "!e.visible() || in.wants != nil", "e.record == nil || in.wants != nil"},
	}},
	{"downstream reads uncommitted, on Kafka", nil, []change{
		{"kafka/client.go", "kgo.FetchIsolationLevel(kgo.ReadCommitted()),", "kgo.FetchIsolationLevel(kgo.ReadUncommitted()),"},
	}},
	{"the frontier is committed outside of the transaction", []int{1, 2, 3, 4}, []change{
		{
			"actors/commit.go", "\terr = s.transact(ctx, records)\n",
			"\tif err = s.transact(ctx, []messages.Out{record}); err == nil {\n\t\terr = s.transact(ctx, records)\n\t}\n",
		},
	}},
	{"a produce error is ignored", []int{2, 5, 12}, []change{
		{"sim/memlog/shard.go", "\tif err == nil {\n\t\terr = s.failed\n\t}\n", ""},
	}},
	{"a produce error is ignored, on Kafka", nil, []change{
		{"kafka/commit.go", "\t\treturn abort.Err()\n", "\t\t_ = abort.Err()\n\t\treturn nil\n"},
		{"kafka/emit.go", "\te.since = time.Time{}\n\treturn e.err\n", "\te.since = time.Time{}\n\treturn nil\n"},
	}},
	// A log that is spent by an abort refuses all that follows, so it must not be: then
	// the state that was kept is what breaks.
	{"state is kept after an abort", []int{2, 5, 6, 7}, []change{
		{
			"actors/commit.go", "\terr = s.transact(ctx, records)\n",
			"\tif err = s.transact(ctx, records); errors.Is(err, messages.ErrAborted) {\n\t\terr = nil\n\t}\n",
		},
		{
			"sim/memlog/shard.go", "\tif err := s.commit(ctx, records); err != nil {\n\t\ts.spent = true\n",
			"\tif err := s.commit(ctx, records); err != nil {\n\t\ts.spent = !errors.Is(err, messages.ErrAborted)\n",
		},
	}},
	{"a restore is bounded by the last stable offset", []int{3, 5, 7}, []change{
		{"sim/memlog/read.go", "\tr := p.bounds()\n", "\tr := p.bounds()\n\tr.End = p.stable()\n"},
		// The first commit finds out that what was restored was not the last state, and nothing
		// comes of it: that guard goes with the law, and so do the old ends that it is for.
		{"sim/memlog/read.go", "\ts.home, s.restored = p, end\n", "\ts.restored = end\n"},
		{"sim/memlog/read.go", "\t\told = *told\n", "\t\t_ = told\n"},
	}},
	{"a restore is bounded by the last stable offset, on Kafka", nil, []change{
		{
			"kafka/restore.go", "\tctx, cancel := context.WithCancel(ctx)\n\tdefer cancel()\n\tdefer context.AfterFunc",
			"\tstable, err := s.log.StableOffsets(ctx, tp.Topic)\n\tif err != nil {\n\t\treturn err\n\t}\n" +
				"\tranges[tp] = messages.OffsetRange{Start: ranges[tp].Start, End: stable[tp]}\n" +
				"\tctx, cancel := context.WithCancel(ctx)\n\tdefer cancel()\n\tdefer context.AfterFunc",
		},
	}},
	{"a transactional id of each node's own", []int{13, 24, 34, 7, 16}, []change{
		{
			"sim/memlog/node.go", "\tkey := n.prefix + \"/\" + id.String()\n",
			"\tkey := fmt.Sprint(n.prefix, \"/\", id, \"/\", n.number)\n",
		},
	}},
	{"a transactional id of each node's own, on Kafka", nil, []change{
		{"kafka/config.go", "fmt.Sprintf(\"%s-%s-%d\", c.GroupIDPrefix, kind, partition)", "fmt.Sprintf(\"%s-%s-%d-%p\", c.GroupIDPrefix, kind, partition, c)"},
	}},
	{"an order id from the clock", []int{1, 2, 3, 4}, []change{
		{"trading/account/place.go", "\t\"slices\"\n", "\t\"slices\"\n\t\"strconv\"\n\t\"time\"\n"},
		{
			"trading/account/place.go", "\to.ID = ident.Derive(\"order\", a.s.UserID, o.StrategyID, a.s.Origin, d.leg)\n\to.Status, o.PlacedMs",
			"\to.ID = ident.Derive(\"order\", strconv.FormatInt(time.Now().UnixNano(), 10))\n\to.Status, o.PlacedMs",
		},
	}},
	{"an actor is restarted without restoring", []int{1, 2, 3, 4}, []change{
		{"actors/entity.go", "a.machine.load(a.cell.base)", "a.machine.load(nil)"},
	}},
	{"an entity takes in again what it has saved", []int{1, 2, 4}, []change{
		{"actors/epoch.go", "if ep.shard.replaying && h.skip.below", "if false && h.skip.below"},
	}},
	{"repeats of an at-least-once producer are not dropped", []int{1, 2, 4, 5}, []change{
		{"actors/account.go", "ok && !u.at.above(last)", "ok && !u.at.above(last) && false"},
	}},
	// The venue of the simulation asks of each order that leaves whether it is committed.
	// That is made for this law, so it goes with it: what sees it are checks of all orders.
	{"an order is sent before its commit", []int{60, 125, 177, 13}, []change{
		{"actors/commit.go", "\terr = s.transact(ctx, records)\n", "\ts.launch(ep)\n\terr = s.transact(ctx, records)\n"},
		{"sim/cluster/venue.go", "\t\tw.life.cluster.venue.written(c)\n", ""},
	}},
	{"what is passed on leaves before its frontier", []int{15, 18, 58}, []change{
		{"actors/effects.go", "schema: schemaPassedOn, firm: true", "schema: schemaPassedOn, firm: false"},
	}},
	{"a paper order passes ticks by", []int{1, 2, 3, 4}, []change{
		{"trading/account/mark.go", "\t\tif !a.live() {\n\t\t\ta.fillPaper(s, m)\n", "\t\tif !a.live() && s.Ticks%7 != 0 {\n\t\t\ta.fillPaper(s, m)\n"},
	}},
	{"a stop passes ticks by", []int{2, 7, 13}, []change{
		{"trading/account/mark.go", "\t\ta.watch(s, &m)\n", "\t\tif s.Ticks%3 != 0 {\n\t\t\ta.watch(s, &m)\n\t\t}\n"},
	}},
}
