package lines

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLines: plain and gzipped, with any ends of lines, with and without a last one.
func TestLines(t *testing.T) {
	const text = "\xef\xbb\xbfa,b\r\n\n1,2\n\r\n3,4"
	for name, data := range map[string][]byte{"plain": []byte(text), "gzipped": zipped(t, text)} {
		f, err := Open(write(t, data))
		if err != nil {
			t.Fatal(err)
		}
		header, err := f.Header("a,b")
		if err != nil || header != "a,b" {
			t.Errorf("%s: header %q, %v", name, header, err)
		}
		var got []string
		for {
			line, err := f.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(line))
		}
		if !slices.Equal(got, []string{"1,2", "3,4"}) || f.Read() != int64(len(data)) || f.Size() != int64(len(data)) || f.Line() != 6 {
			t.Errorf("%s: lines %q, %d bytes of %d, line %d", name, got, f.Read(), f.Size(), f.Line())
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestFaults: each names the file and its line.
func TestFaults(t *testing.T) {
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory gives %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "x")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file gives %v", err)
	}
	if _, err := Open(write(t, []byte("\x1f\x8bx"))); err == nil || !strings.Contains(err.Error(), "x.csv: ") {
		t.Errorf("no gzip gives %v", err)
	}
	for want, data := range map[string][]byte{
		"x.csv:1: the file is empty, want the header a,b": nil,
		"x.csv:2: the line is longer than 65536 bytes":    []byte("a,b\n" + strings.Repeat("1", LongestLine+1)),
		"x.csv:2: 3 fields, want 2 (a,b)":                 []byte("a,b\n1,2,3\n"),
		"x.csv:2: 1 fields, want 2 (a,b)":                 []byte("a,b\n1\n"),
		"x.csv:2: quoted fields are not supported":        []byte("a,b\n\"1\",2\n"),
		"x.csv:3: unexpected EOF":                         zipped(t, "a,b\n"+strings.Repeat("1,2\n", 1))[:25],
	} {
		f, err := Open(write(t, data))
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Header("a,b")
		for err == nil {
			var line []byte
			if line, err = f.Next(); err == nil {
				err = f.Fields(line, make([][]byte, 2), "a,b")
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
