package actors

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/account"
)

// The parts of an account in the state topic. partAccount carries the frontier.
const (
	partAccount  = string(messages.AccountShard)
	partCommands = "account-commands"
	partPlaces   = "account-places"
	partSignals  = "signals"  // of an external strategy
	partStrategy = "strategy" // its own state
)

// Keys of parts that belong to a strategy name the user as well: the record's
// owner must be found from its key.
func strategyPartKey(user, id string) string { return strconv.Quote(user) + "/" + id }

func splitStrategyPart(key string) (user, id string, err error) {
	quoted, err := strconv.QuotedPrefix(key)
	if err != nil {
		return "", "", fmt.Errorf("state key %q: %w", key, err)
	}
	if user, err = strconv.Unquote(quoted); err != nil {
		return "", "", fmt.Errorf("state key %q: %w", key, err)
	}
	return user, strings.TrimPrefix(key[len(quoted):], "/"), nil
}

// save implements machine.
func (m *accountMachine) save() []part {
	saved, err := m.account.Save()
	if err != nil {
		panic(fmt.Errorf("encode the state of account %s: %w", m.user, err))
	}
	var parts []part
	for _, name := range sortedKeys(saved) {
		p := part{name: partAccount, key: m.user, payload: saved[name]}
		if name == account.PartCommands {
			p.name = partCommands
		} else if id, ok := strings.CutPrefix(name, account.PartSignals); ok {
			p.name, p.key = partSignals, strategyPartKey(m.user, id)
		}
		parts = append(parts, p)
	}
	places, err := json.Marshal(m.places) // keys in order
	if err != nil {
		panic(fmt.Errorf("encode the places of account %s: %w", m.user, err))
	}
	parts = append(parts, part{name: partPlaces, key: m.user, payload: places})
	ids := m.ownIDs()
	for i, state := range m.panel.states(ids) {
		parts = append(parts, part{name: partStrategy, key: strategyPartKey(m.user, ids[i]), payload: state})
	}
	for _, id := range sortedKeys(m.unmade) {
		if state := m.kept[id]; state != nil {
			parts = append(parts, part{name: partStrategy, key: strategyPartKey(m.user, id), payload: state})
		}
	}
	return parts
}

// AccountUser gives, from the key of a record in the state topic of account shards, the
// user of the account that AccountOf reads there; false for records of anything else.
func AccountUser(key []byte) (user string, ok bool) {
	return strings.CutPrefix(string(key), partAccount+"/")
}

// AccountOf reads the account that such a record holds, to look at it: which commands
// and signals are repeats it doesn't know.
func AccountOf(r *messages.Record) (*account.Account, error) {
	e := &veloxpb.EntityState{}
	if err := checkVersion(r, proto.Unmarshal(r.Value, e), e.GetVersion); err != nil {
		return nil, err
	}
	a, err := account.Load(e.Key, map[string][]byte{account.PartAccount: e.Payload})
	if err != nil {
		return nil, fmt.Errorf("state record %s/%d/%d: %w", r.Topic, r.Partition, r.Offset, err)
	}
	return a, nil
}

// load implements machine.
func (m *accountMachine) load(parts []part) error {
	if len(parts) == 0 {
		m.account = account.New(m.user)
		m.index()
		return nil
	}
	saved, states := make(map[string][]byte), make(map[string][]byte)
	for _, p := range parts {
		switch p.name {
		case partAccount:
			saved[account.PartAccount] = p.payload
		case partCommands:
			saved[account.PartCommands] = p.payload
		case partPlaces:
			if err := json.Unmarshal(p.payload, &m.places); err != nil {
				return fmt.Errorf("places of account %s: %w", m.user, err)
			}
		default:
			_, id, err := splitStrategyPart(p.key)
			if err != nil {
				return err
			}
			if p.name == partSignals {
				saved[account.PartSignals+id] = p.payload
			} else {
				states[id] = p.payload
			}
		}
	}
	var err error
	if m.account, err = account.Load(m.user, saved); err != nil {
		return err
	}
	m.index()
	for id := range m.unmade {
		m.kept[id] = states[id]
	}
	for _, id := range m.ownIDs() {
		m.panel.install(m.deployed[id], m.usable(m.deployed[id], states[id]))
	}
	return nil
}

// usable gives a strategy's state, or none when this build can't read it: the
// strategy then starts afresh, as one that is deployed again does, and its account
// goes on.
func (m *accountMachine) usable(d account.Deployed, state []byte) []byte {
	if state == nil {
		return nil
	}
	if err := build(d, nil).LoadState(state); err != nil {
		m.config.Logger.Error("the strategy starts afresh: what it remembered is of another version", "account", m.user, "error", err.Error())
		return nil
	}
	return state
}
