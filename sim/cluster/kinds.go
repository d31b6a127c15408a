package cluster

// kind is a sort of what can strike. All are made by newKind while the package begins, so
// that a run of many seeds knows what it must have seen strike.
type kind struct{ name string }

// known names all kinds, and the places of those that have some.
var known []string

// newKind makes a kind. Its places are those at each of which it must be seen to strike:
// see faults.countAt.
func newKind(name string, places ...string) kind {
	k := kind{name}
	known = append(known, name)
	for _, place := range places {
		known = append(known, k.at(place))
	}
	return k
}

// at names the kind at one of its places.
func (k kind) at(place string) string { return k.name + ": " + place }

// What strikes in actors, by the points at which a node asks for it.
var (
	entityPoints = []string{"receive", "step"}
	shardPoints  = []string{"decode", "commit", "restore", "venue call"}

	panics      = newKind("panic", entityPoints...)
	sluggish    = newKind("sluggish", entityPoints...)
	stuck       = newKind("stuck", entityPoints...)
	actorErrors = newKind("actor error", shardPoints...)
	shardPanics = newKind("shard panic", shardPoints...)
	jumps       = newKind("jump")
	// hung is what comes of an entity that is stuck for too long.
	hung = newKind("node ended: hung")
)

// outsider is what strikes calls that are none of the log's; a kind without a name never
// does.
type outsider struct{ crash, panics, errors kind }

var (
	atVenue = outsider{crash: newKind("venue: crash"), panics: newKind("venue: panic")}
	atGroup = outsider{crash: newKind("group: crash"), errors: newKind("group: error")}
)

// What a venue does with requests, and what is asked of it beside orders.
var (
	requestLost = newKind("venue: request lost")
	requestLate = newKind("venue: late")
	requestSlow = newKind("venue: slow")
	replyLost   = newKind("venue: reply lost")
	venueChange = newKind("venue: change")
)
