package zone_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/zone"
)

func TestLoad(t *testing.T) {
	for _, c := range []struct{ name, utc, want string }{
		{"UTC", "2024-07-01T12:00:00Z", "2024-07-01T12:00:00Z"},
		{"Etc/UTC", "2024-07-01T12:00:00Z", "2024-07-01T12:00:00Z"},
		{"Asia/Kolkata", "2024-01-01T03:45:00Z", "2024-01-01T09:15:00+05:30"},
		{"Asia/Calcutta", "2024-01-01T03:45:00Z", "2024-01-01T09:15:00+05:30"},
		// New York's clocks went on at 02:00 on 2024-03-10, and back on 2024-11-03.
		{"America/New_York", "2024-03-10T06:59:59Z", "2024-03-10T01:59:59-05:00"},
		{"America/New_York", "2024-03-10T07:00:00Z", "2024-03-10T03:00:00-04:00"},
		{"America/New_York", "2024-11-03T05:59:59Z", "2024-11-03T01:59:59-04:00"},
		{"America/New_York", "2024-11-03T06:00:00Z", "2024-11-03T01:00:00-05:00"},
		// Beyond the list of changes, by the rule that goes on.
		{"Europe/London", "2060-07-01T12:00:00Z", "2060-07-01T13:00:00+01:00"},
	} {
		z, err := zone.Load(c.name)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(z).Format(time.RFC3339); got != c.want || z.String() != c.name {
			t.Errorf("%s in %s is %s, of %s; want %s", c.utc, c.name, got, z, c.want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, name := range []string{"", "Local", "local", "asia/kolkata", "IST ", "Asia", "Asia/", "../UTC", "/etc/localtime", "Mars/Olympus"} {
		if z, err := zone.Load(name); !errors.Is(err, zone.ErrUnknown) {
			t.Errorf("Load(%q) gave %v and %v; want ErrUnknown", name, z, err)
		}
	}
}

// TestWhole loads every zone of the data.
func TestWhole(t *testing.T) {
	files, err := zip.OpenReader("zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	if len(files.File) < 400 {
		t.Errorf("%d zones", len(files.File))
	}
	for _, f := range files.File {
		if _, err := zone.Load(f.Name); err != nil {
			t.Error(err)
		}
	}
}

// TestMachine has zone files of the machine's own, in which every name is another zone:
// the machine's files are looked at first by the standard library, and never here.
func TestMachine(t *testing.T) {
	if os.Getenv("VELOX_ZONE_TEST") != "" {
		at := time.Date(2024, 1, 1, 3, 45, 0, 0, time.UTC)
		theirs, err := time.LoadLocation("Asia/Kolkata")
		if err != nil {
			t.Fatal(err)
		}
		if _, seconds := at.In(theirs).Zone(); seconds == 19_800 {
			t.Fatal("the machine's files should be wrong here")
		}
		ours, err := zone.Load("Asia/Kolkata")
		if err != nil {
			t.Fatal(err)
		}
		if _, seconds := at.In(ours).Zone(); seconds != 19_800 {
			t.Errorf("Asia/Kolkata is %d s ahead of UTC; want 19800", seconds)
		}
		return
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "Asia"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Asia", "Kolkata"), fixedZone(7*3600), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMachine$")
	cmd.Env = append(os.Environ(), "VELOX_ZONE_TEST=1", "ZONEINFO="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("with other zone files: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "garbage"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZONEINFO", filepath.Join(dir, "garbage"))
	if _, err := zone.Load("Asia/Tokyo"); err != nil {
		t.Errorf("with garbage for zone files: %v", err)
	}
}

// fixedZone is a TZif file, version 1, of one zone without changes: RFC 8536.
func fixedZone(seconds int32) []byte {
	b := append([]byte("TZif"), make([]byte, 16)...)
	for _, n := range []byte{0, 0, 0, 0, 1, 4} { // of leap seconds, changes and the like; one type, four characters
		b = append(b, 0, 0, 0, n)
	}
	b = append(b, byte(seconds>>24), byte(seconds>>16), byte(seconds>>8), byte(seconds), 0, 0)
	return append(b, "ABC\x00"...)
}

// TestVersion holds the stated version to the data that it was stated for: go generate
// writes both.
func TestVersion(t *testing.T) {
	if v := zone.Version(); !regexp.MustCompile(`^20\d\d[a-z]$`).MatchString(v) {
		t.Errorf("version %q; want one such as 2025c", v)
	}
	stated, err := os.ReadFile("zoneinfo.version")
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadFile("zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(files)
	if want := zone.Version() + " " + hex.EncodeToString(sum[:]); strings.TrimSpace(string(stated)) != want {
		t.Errorf("zoneinfo.version is %q; want %q: run go generate ./trading/zone", stated, want)
	}
}
