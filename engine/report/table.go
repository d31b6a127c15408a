package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
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
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
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
