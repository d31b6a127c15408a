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
	c := checker{where: make(map[string]string), reported: make(map[string]bool)}
	c.problems = append(c.problems, decodeOver(&file, shipped+"calendars.yaml", shippedCalendars, c.where)...)
	if path := l.config.Calendars.File; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return []Problem{{Where: nearest(l.where, "calendars.file"), Path: "calendars.file", Value: path, Want: "want a file of calendars that can be read: " + err.Error()}}
		}
		c.problems = append(c.problems, decodeOver(&file, filepath.Base(path), text, c.where)...)
	}
	for _, p := range c.problems {
		c.reported[p.Path] = true
	}
	c.field("", reflect.ValueOf(file), "")
	l.config.calendars, l.config.knownUntil = make(market.Calendars), make(map[string]market.Date)
	taken := make(map[string]string)
	for _, name := range sortedKeys(file) {
		l.calendar(&c, name, file, taken)
	}
	return c.problems
}

func decodeOver(file *calendarFile, name string, text []byte, where map[string]string) []Problem {
	l := loader{where: where}
	fresh := make(map[string]string)
	d := decoder{file: name, where: fresh}
	d.decode(text, file)
	l.merge(fresh)
	return d.problems
}

// calendar makes one exchange's calendar, unless something is wrong with it.
func (l *loader) calendar(c *checker, name string, file calendarFile, taken map[string]string) {
	if want := checkID(name); want != "" || name == "" {
		c.report(name, name, "want an exchange's name, of at most 200 bytes without spaces at the ends")
		return
	}
	for path := range c.reported {
		if path == name || strings.HasPrefix(path, name+".") {
			return // told already, and what could be made of the rest would mislead
		}
	}
	x := file[name]
	cal, err := market.NewCalendar(x.schedule())
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			var wrong *market.ScheduleError
			if !errors.As(e, &wrong) {
				panic(e) // NewCalendar promises that there is no other
			}
			c.problems = append(c.problems, Problem{Where: c.blame(join(name, wrong.Field)), Path: join(name, wrong.Field), Want: wrong.Want})
		}
		return
	}
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
	for _, n := range names {
		l.config.calendars[n] = cal
		if x.KnownUntil != "" {
			l.config.knownUntil[n] = mustDate(x.KnownUntil)
		}
	}
}

// schedule turns a checked text into a schedule.
func (x *exchangeHours) schedule() market.Schedule {
	s := market.Schedule{Zone: x.Zone}
	for _, h := range x.Sessions {
		hours := market.Hours{SummerIn: h.SummerIn, WinterIn: h.WinterIn, From: mustDate(h.From), Until: mustDate(h.Until)}
		hours.Open, hours.Close = mustClock(h.Open), mustClock(h.Close)
		for _, day := range h.Weekdays {
			hours.Weekdays = append(hours.Weekdays, weekdays[day])
		}
		s.Sessions = append(s.Sessions, hours)
	}
	for _, h := range x.Holidays {
		s.Holidays = append(s.Holidays, mustDate(h))
	}
	for _, d := range x.Special {
		special := market.SpecialDay{Date: mustDate(d.Date)}
		for _, h := range d.Sessions {
			special.Hours = append(special.Hours, market.Hours{Open: mustClock(h.Open), Close: mustClock(h.Close)})
		}
		s.Special = append(s.Special, special)
	}
	return s
}

var weekdays = map[string]time.Weekday{
	"monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday, "thursday": time.Thursday,
	"friday": time.Friday, "saturday": time.Saturday, "sunday": time.Sunday,
}

// mustDate reads a date that was checked; nothing is no date.
func mustDate(text string) market.Date {
	if text == "" {
		return market.Date{}
	}
	d, err := market.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func mustClock(text string) time.Duration {
	d, err := clock(text)
	if err != nil {
		panic(err)
	}
	return d
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
