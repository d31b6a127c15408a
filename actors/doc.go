// Package actors is the heart of Velox: shards, and the symbol, account and
// strategy actors that live on them.
//
// A node has one shard for each input partition that it was assigned. A shard
// works in epochs: it collects records, routes them to its entities (symbols or
// accounts), lets the entities step in parallel, puts what came out into the
// order in which the inputs were taken, and commits outputs, changed state and
// its frontier in one transaction. What an entity does with an input is a pure
// function of its state; everything with an effect is in the shard.
//
// Files: node (assignment), shard (actor and lifecycle), epoch (collect, route,
// step), commit (transaction, checkpoints), restore (checkpoint and replay),
// entity (the actor around one entity), symbol and account (the two kinds),
// strategy (children of accounts), venue (sessions with side effects).
package actors
