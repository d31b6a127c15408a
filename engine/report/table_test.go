package report

import (
	"bytes"
	"testing"
)

// TestTableWidths: columns stand below each other with characters that take two columns of
// a terminal, and with marks that take none.
func TestTableWidths(t *testing.T) {
	var b table
	b.row("name", "n")
	b.row("日本株ｱ", "1")
	b.row("e\u0301te\u0301", "22")
	b.row("한국😀", "3")
	var out bytes.Buffer
	if err := b.write(&out); err != nil {
		t.Fatal(err)
	}
	want := "name      n\n" +
		"日本株ｱ   1\n" +
		"e\u0301te\u0301      22\n" +
		"한국😀    3\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
