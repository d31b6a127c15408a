// Package zone gives time zones that are the same on every machine: from IANA's data
// that is part of the program, never from the machine's own files. Two nodes of one build
// cut the same candles and count the same days.
package zone

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

//go:generate ./renew.sh

// data is the zone data as the Go toolchain ships it: a zip of one TZif file a zone.
//
//go:embed zoneinfo.zip
var data []byte

// release is the version of data and its SHA-256.
//
//go:embed zoneinfo.version
var release string

// ErrUnknown is returned for a name that is no zone of the data.
var ErrUnknown = errors.New("no IANA time zone; want a name such as Asia/Kolkata, America/New_York or UTC")

// Version gives the release of IANA's time zone database that zones come from, such as
// 2025c.
func Version() string {
	name, _, _ := strings.Cut(release, " ")
	return name
}

// Load gives the zone of an IANA name, spelled as IANA does; every call gives the same one. The empty name and Local, which mean the machine's zone or none, and
// names that are not in the data are an error that wraps ErrUnknown.
func Load(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	if z, ok := loaded.Load(name); ok {
		return z.(*time.Location), nil
	}
	files, err := index()
	if err != nil {
		return nil, err
	}
	f := files[name]
	if f == nil {
		return nil, fmt.Errorf("time zone %.64q: %w", name, ErrUnknown)
	}
	rules, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("time zone %s: embedded data of %s: %w", name, Version(), err)
	}
	location, err := time.LoadLocationFromTZData(name, rules)
	if err == nil {
		location, err = time.LoadLocationFromTZData(name, listed(rules, location))
	}
	if err != nil {
		return nil, fmt.Errorf("time zone %s: embedded data of %s: %w", name, Version(), err)
	}
	z, _ := loaded.LoadOrStore(name, location)
	return z.(*time.Location), nil
}

// loaded holds the zones that were asked for, by name: at most all of the data.
var loaded sync.Map

// index lists the files of the data by their names.
var index = sync.OnceValues(func() (map[string]*zip.File, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("embedded time zones of %s: %w", Version(), err)
	}
	files := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		files[f.Name] = f
	}
	return files, nil
})

func read(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close()) // Close holds the file against its checksum
}
