package configs

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/market"
)

//go:embed calendars.yaml
var shippedCalendars []byte

// Calendars says where trading sessions stand.
type Calendars struct {
	// File has exchanges that are laid over the shipped calendars.yaml; empty: the
	// shipped alone.
	File string `yaml:"file"`
}

// calendarFile is the text of a file of calendars: exchanges by name.
type calendarFile map[string]exchangeHours

// exchangeHours is one exchange in a file of calendars.
type exchangeHours struct {
	Zone string `yaml:"zone" check:"zone" required:"-"`
	// Aliases are other exchanges with the same hours.
	Aliases []string `yaml:"aliases" check:"id"`
	// KnownUntil is the last day whose holidays are in the file.
	KnownUntil string         `yaml:"known_until" check:"date"`
	Sessions   []sessionHours `yaml:"sessions" required:"-"`
	Holidays   []string       `yaml:"holidays" check:"date"`
	Special    []specialHours `yaml:"special"`
}

type sessionHours struct {
	Open     string   `yaml:"open" check:"clock" required:"-"`
	Close    string   `yaml:"close" check:"clock" required:"-"`
	Weekdays []string `yaml:"weekdays" oneof:"monday,tuesday,wednesday,thursday,friday,saturday,sunday"`
	From     string   `yaml:"from" check:"date"`
	Until    string   `yaml:"until" check:"date"`
	SummerIn string   `yaml:"summer_in" check:"zone"`
	WinterIn string   `yaml:"winter_in" check:"zone"`
}

type specialHours struct {
	Date     string         `yaml:"date" check:"date" required:"-"`
	Sessions []openAndClose `yaml:"sessions" required:"-"`
}

type openAndClose struct {
	Open  string `yaml:"open" check:"clock" required:"-"`
	Close string `yaml:"close" check:"clock" required:"-"`
}

// MarketCalendars gives the calendars of all exchanges, by name and by alias.
// Exchanges that are not in it trade always.
func (c *Config) MarketCalendars() market.Calendars { return c.calendars }

// OutdatedCalendars names, sorted, the exchanges whose holidays are not known on a
// day any more. On such days they trade by weekday.
func (c *Config) OutdatedCalendars(day time.Time) []string {
	var out []string
	for _, name := range sortedKeys(c.knownUntil) {
		if c.knownUntil[name].Before(market.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}) {
			out = append(out, name)
		}
	}
	return out
}

// readCalendars reads the shipped calendars and, over them, those of
// calendars.file.
func (l *loader) readCalendars() []Problem {
	var file calendarFile
	read := newLoader()
	read.over(&file, nil, shipped+"calendars.yaml", shippedCalendars)
	if path := l.config.Calendars.File; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return []Problem{problemAt(nearest(l.where, "calendars.file"), "calendars.file", path, "want a file of calendars that can be read: "+err.Error())}
		}
		read.over(&file, kindCalendars, filepath.Base(path), text)
		l.sources = append(l.sources, filepath.Base(path))
	}
	c := read.checker()
	c.field("", reflect.ValueOf(file), "")
	c.unreadable = maps.Clone(c.reported)
	l.config.calendars, l.config.knownUntil = make(market.Calendars), make(map[string]market.Date)
	taken := make(map[string]string)
	for _, name := range sortedKeys(file) {
		l.calendar(&c, name, file, taken)
	}
	return c.problems
}

// calendar makes one exchange's calendar, unless something is wrong with it.
func (l *loader) calendar(c *checker, name string, file calendarFile, taken map[string]string) {
	if want := checkID(name); want != "" || name == "" {
		c.report(name, name, "want an exchange's name, of at most 200 bytes without spaces at the ends")
		return
	}
	x := file[name]
	names := []string{name}
	for i, alias := range x.Aliases {
		if first, twice := taken[alias]; twice {
			c.report(fmt.Sprintf("%s.aliases[%d]", name, i), alias, "is an alias of "+first+" already")
			continue
		}
		taken[alias] = name
		if _, own := file[alias]; !own { // an entry of its own counts before an alias
			names = append(names, alias)
		}
	}
	cal, err := market.NewCalendar(x.schedule())
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			var wrong *market.ScheduleError
			if !errors.As(e, &wrong) {
				panic(e) // NewCalendar promises that there is no other
			}
			c.schedule(name, wrong)
		}
		return
	}
	for _, n := range names {
		l.config.calendars[n] = cal
		if x.KnownUntil != "" {
			l.config.knownUntil[n] = dateOr(x.KnownUntil)
		}
	}
}

// schedule reports what is wrong with a schedule, unless it is of a part that could not
// be read: what stands in its place would mislead.
func (c *checker) schedule(name string, wrong *market.ScheduleError) {
	path := join(name, wrong.Field)
	part := path
	if i := strings.IndexByte(wrong.Field, ']'); i >= 0 {
		part = join(name, wrong.Field[:i+1])
	}
	if c.unread(part) {
		return
	}
	c.reportAt(c.blame(path), path, "", wrong.Want)
}

// unread tells whether a part of a file of calendars, or something in it or around it,
// could not be read.
func (c *checker) unread(part string) bool {
	for at := range c.unreadable {
		if at == part || strings.HasPrefix(at, part+".") || strings.HasPrefix(at, part+"[") || strings.HasPrefix(part, at+".") || strings.HasPrefix(part, at+"[") {
			return true
		}
	}
	return false
}

// schedule turns a text into a schedule. What could not be read is something that no
// schedule may have, so that it is left out of what is held against the rest.
func (x *exchangeHours) schedule() market.Schedule {
	s := market.Schedule{Zone: x.Zone}
	for _, h := range x.Sessions {
		hours := market.Hours{SummerIn: h.SummerIn, WinterIn: h.WinterIn, From: dateOr(h.From), Until: dateOr(h.Until)}
		hours.Open, hours.Close = clockOr(h.Open), clockOr(h.Close)
		for _, day := range h.Weekdays {
			if known, ok := weekdays[day]; ok {
				hours.Weekdays = append(hours.Weekdays, known)
			} else {
				hours.Weekdays = append(hours.Weekdays, -1)
			}
		}
		s.Sessions = append(s.Sessions, hours)
	}
	for _, h := range x.Holidays {
		s.Holidays = append(s.Holidays, dateOr(h))
	}
	for _, d := range x.Special {
		special := market.SpecialDay{Date: dateOr(d.Date)}
		for _, h := range d.Sessions {
			special.Hours = append(special.Hours, market.Hours{Open: clockOr(h.Open), Close: clockOr(h.Close)})
		}
		s.Special = append(s.Special, special)
	}
	return s
}

var weekdays = map[string]time.Weekday{
	"monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday, "thursday": time.Thursday,
	"friday": time.Friday, "saturday": time.Saturday, "sunday": time.Sunday,
}

// dateOr reads a date; no date of what is none.
func dateOr(text string) market.Date {
	d, err := market.ParseDate(text)
	if err != nil {
		return market.Date{}
	}
	return d
}

// clockOr reads a time of day; one that no session may have of what is none.
func clockOr(text string) time.Duration {
	d, err := clock(text)
	if err != nil {
		return -1
	}
	return d
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
