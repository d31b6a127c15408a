package zone

import (
	"bytes"
	"encoding/binary"
	"sort"
	"time"
)

// listedUntil is the first year whose changes are left to a zone's rule.
const listedUntil = 2100

// kind is what holds between two changes of a zone's clocks.
type kind struct {
	offset int // in seconds east of UTC
	name   string
	summer bool
}

func kindAt(t time.Time) kind {
	name, offset := t.Zone()
	return kind{offset, name, t.IsDST()}
}

// listed gives a zone's TZif file, version 2 (RFC 9636), with all changes before
// listedUntil. Files as the Go toolchain ships them list the changes up to the last rule, which a
// time.Location works out again for each time after that. That is many times the work of
// finding a change in a list, and its ZoneBounds ends years of 366 days a day early: on the
// last of them it gives an end that isn't later, so who goes from end to end stays there.
func listed(file []byte, zone *time.Location) []byte {
	// What holds before the first change is of a kind that nothing else uses: so it is known.
	t := time.Unix(-1<<40, 0).In(zone)
	kinds := []kind{kindAt(t)}
	var changes, which []byte
	for {
		was := kindAt(t)
		if t = after(t); t.IsZero() || t.Year() >= listedUntil {
			break
		}
		if kindAt(t) == was {
			continue // a year of the rule ends
		}
		changes = binary.BigEndian.AppendUint64(changes, uint64(t.Unix()))
		i, now := 1, kindAt(t)
		for i < len(kinds) && kinds[i] != now {
			i++
		}
		if i == len(kinds) {
			kinds = append(kinds, now)
		}
		which = append(which, byte(i))
	}
	var table, names []byte
	for _, k := range kinds {
		summer := byte(0)
		if k.summer {
			summer = 1
		}
		table = binary.BigEndian.AppendUint32(table, uint32(int32(k.offset)))
		table = append(table, summer, byte(len(names)))
		names = append(names, k.name+"\x00"...)
	}
	b := header(nil, 0, 0, 0) // of the first version's list, which is empty
	b = header(b, len(which), len(kinds), len(names))
	for _, part := range [][]byte{changes, which, table, names, rule(file)} {
		b = append(b, part...)
	}
	return b
}

// after gives the next moment after t at which its zone's clocks may change; zero when they
// never do.
func after(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if end.IsZero() || end.After(t) {
		return end
	}
	day := t.Add(24 * time.Hour)
	if was := kindAt(t); kindAt(day) != was {
		seconds := sort.Search(24*3600, func(i int) bool { return kindAt(t.Add(time.Duration(i)*time.Second)) != was })
		return t.Add(time.Duration(seconds) * time.Second)
	}
	return day
}

func header(b []byte, changes, kinds, names int) []byte {
	b = append(b, "TZif2"...)
	b = append(b, make([]byte, 15+3*4)...) // no leap seconds, no marks of standard time
	for _, n := range []int{changes, kinds, names} {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return b
}

// rule gives a file's last line, with its ends: the rule for what comes after the list.
func rule(file []byte) []byte {
	if begin := bytes.LastIndexByte(bytes.TrimSuffix(file, []byte("\n")), '\n'); begin >= 0 && bytes.HasSuffix(file, []byte("\n")) {
		return file[begin:]
	}
	return []byte("\n\n")
}
