package main

// change replaces a text that a file has exactly once.
type change struct{ file, old, new string }

// law is a law, and the changes that break it.
type law struct {
	name    string
	changes []change
}

// laws are those that the simulation's checkers must see broken.
var laws = []law{
	{"downstream reads uncommitted", []change{
		{"sim/memlog/read.go", "\t\tstable := in.part.stable()\n", "\t\tstable := in.part.next\n"},
		{"sim/memlog/read.go", "!e.visible() || in.wants != nil", "e.record == nil || in.wants != nil"},
	}},
	{"the frontier is committed outside of the transaction", []change{
		{
			"actors/commit.go", "\terr = s.transact(ctx, records)\n",
			"\tif err = s.transact(ctx, []messages.Out{record}); err == nil {\n\t\terr = s.transact(ctx, records)\n\t}\n",
		},
	}},
	{"a produce error is ignored", []change{
		{"sim/memlog/shard.go", "\tif err == nil {\n\t\terr = s.failed\n\t}\n", ""},
	}},
	{"state is kept after an abort", []change{
		{
			"actors/commit.go", "\terr = s.transact(ctx, records)\n",
			"\tif err = s.transact(ctx, records); errors.Is(err, messages.ErrAborted) {\n\t\terr = nil\n\t}\n",
		},
	}},
	{"a transactional id of each node's own", []change{
		{
			"sim/memlog/node.go", "\tkey := n.prefix + \"/\" + id.String()\n",
			"\tkey := fmt.Sprint(n.prefix, \"/\", id, \"/\", n.number)\n",
		},
	}},
	{"an order id from the clock", []change{
		{"trading/account/place.go", "\t\"slices\"\n", "\t\"slices\"\n\t\"strconv\"\n\t\"time\"\n"},
		{
			"trading/account/place.go", "\to.ID = ident.Derive(\"order\", a.s.UserID, o.StrategyID, a.s.Origin, d.leg)\n\to.Status, o.PlacedMs",
			"\to.ID = ident.Derive(\"order\", strconv.FormatInt(time.Now().UnixNano(), 10))\n\to.Status, o.PlacedMs",
		},
	}},
	{"an actor is restarted without restoring", []change{
		{"actors/entity.go", "a.machine.load(a.cell.base)", "a.machine.load(nil)"},
	}},
	{"an entity takes in again what it has saved", []change{
		{"actors/epoch.go", "if ep.shard.replaying && h.skip.below", "if false && h.skip.below"},
	}},
	{"repeats of an at-least-once producer are not dropped", []change{
		{"actors/account.go", "ok && !u.at.above(last)", "ok && !u.at.above(last) && false"},
	}},
	{"an order is sent before its commit", []change{
		{"actors/commit.go", "\terr = s.transact(ctx, records)\n", "\ts.launch(ep)\n\terr = s.transact(ctx, records)\n"},
	}},
}
