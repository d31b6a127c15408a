package account

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The names of the parts that an account is saved in. Each external strategy has
// a part of its own, named PartSignals and its id.
const (
	PartAccount  = "account"
	PartCommands = "commands"
	PartSignals  = "signals/"
)

// Part is the name of a saved part and a number that grows when it changes. The
// number is good for one *Account only: it starts again after Load.
type Part struct {
	Name     string
	Revision int64
}

// Parts lists the parts that there are now, sorted by name: what is not listed
// any more may be removed from where it was saved.
func (a *Account) Parts() []Part {
	parts := []Part{{PartAccount, a.revision}, {PartCommands, a.commands.revision}}
	for _, d := range a.s.Strategies {
		if l := a.signals[d.StrategyID]; l != nil {
			parts = append(parts, Part{PartSignals + d.StrategyID, l.revision})
		}
	}
	return parts
}

// SavePart gives a part of Parts as JSON. Equal accounts give equal bytes. The
// bytes must not be changed: the account may give them again.
func (a *Account) SavePart(name string) ([]byte, error) {
	if name == PartAccount {
		return json.Marshal(&a.s)
	}
	if name == PartCommands {
		return a.commands.save()
	}
	if id, ok := strings.CutPrefix(name, PartSignals); ok && a.signals[id] != nil {
		return a.signals[id].save()
	}
	return nil, fmt.Errorf("account %s: no part is named %q", a.s.UserID, name)
}

// Load makes an account of its saved parts, by name. PartAccount must be there;
// parts of strategies that the account has no more are left out.
func Load(userID string, parts map[string][]byte) (*Account, error) {
	a := New(userID)
	if err := json.Unmarshal(parts[PartAccount], &a.s); err != nil {
		return nil, fmt.Errorf("account %s: state: %w", userID, err)
	}
	if a.s.Version < 1 || a.s.Version > stateVersion || a.s.UserID != userID {
		return nil, fmt.Errorf("account %s: state of version %d of user %s; want version 1 to %d", userID, a.s.Version, a.s.UserID, stateVersion)
	}
	a.s.Version = stateVersion
	if b := parts[PartCommands]; b != nil {
		if err := a.commands.load(b); err != nil {
			return nil, fmt.Errorf("account %s: remembered commands: %w", userID, err)
		}
	}
	for _, d := range a.s.Strategies {
		if !d.External {
			continue
		}
		l := newIDLog(maxSignals)
		if b := parts[PartSignals+d.StrategyID]; b != nil {
			if err := l.load(b); err != nil {
				return nil, fmt.Errorf("account %s: remembered signals of %s: %w", userID, d.StrategyID, err)
			}
		}
		a.signals[d.StrategyID] = l
	}
	a.index()
	return a, nil
}

// Save gives all parts.
func (a *Account) Save() (map[string][]byte, error) {
	parts := make(map[string][]byte)
	for _, p := range a.Parts() {
		b, err := a.SavePart(p.Name)
		if err != nil {
			return nil, err
		}
		parts[p.Name] = b
	}
	return parts, nil
}

// State gives a copy of the state, to show it.
func (a *Account) State() (State, error) {
	b, err := a.SavePart(PartAccount)
	if err != nil {
		return State{}, err
	}
	var s State
	err = json.Unmarshal(b, &s)
	return s, err
}
