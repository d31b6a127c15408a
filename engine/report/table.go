package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// table sets out rows in columns for a terminal. The first row is its head. Columns of
// figures stand on the right.
type table struct{ rows [][]string }

// row adds a row. What could steer a terminal, as names may, is shown as question marks.
func (t *table) row(cells ...string) {
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	t.rows = append(t.rows, cells)
}

func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

func (t *table) write(w io.Writer) error {
	widths, figures := t.columns()
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-onScreen(cell))
			if figures[i] {
				cell, pad = pad, cell
			}
			line.WriteString(cell + pad + "  ")
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// columns gives each column's width, and whether it has figures only.
func (t *table) columns() (widths []int, figures []bool) {
	for n, row := range t.rows {
		for i, cell := range row {
			if n == 0 {
				widths, figures = append(widths, 0), append(figures, i > 0)
			}
			widths[i] = max(widths[i], onScreen(cell))
			if n > 0 {
				figures[i] = figures[i] && figure(cell)
			}
		}
	}
	return widths, figures
}

// figure tells whether a cell is empty, or none, or begins as a number does.
func figure(cell string) bool {
	first := strings.TrimPrefix(cell, "-")
	return cell == "" || cell == none || first != "" && slices.Contains([]byte("0123456789"), first[0])
}

// onScreen gives the columns of a terminal that a printable text takes: two for what East
// Asia writes and for pictures, none for marks that stand above or below a letter.
func onScreen(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me):
		case r >= 0x1F300 && r <= 0x1FAFF, r >= 0xFF01 && r <= 0xFF60, r >= 0xFFE0 && r <= 0xFFE6,
			(r < 0xFF61 || r > 0xFFDC) && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n += 2
		default:
			n++
		}
	}
	return n
}
