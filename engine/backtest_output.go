package engine

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/velox-trading/velox/engine/report"
)

// reports are the places that a report is written to.
type reports struct {
	out        io.Writer
	json, html *os.File // nil: not wanted
}

// openReports opens the files before the run, so that a wrong name doesn't cost
// it. What is in them stays until there is a report.
func openReports(o *BacktestOptions) (*reports, error) {
	r := &reports{out: o.Out}
	for _, f := range []struct {
		flag, path string
		to         **os.File
	}{{"--json", o.JSON, &r.json}, {"--html", o.HTML, &r.html}} {
		if f.path == "" {
			continue
		}
		file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE, 0o644) //nolint:gosec // a report is for others to read
		if err != nil {
			r.close()
			return nil, exit(ExitSettings, "backtest: %s: %w", f.flag, err)
		}
		*f.to = file
	}
	return r, nil
}

func (r *reports) write(doc *report.Backtest) error {
	err := doc.Text(r.out)
	if r.json != nil {
		err = errors.Join(err, replaceContent(r.json, doc.JSON))
	}
	if r.html != nil {
		err = errors.Join(err, replaceContent(r.html, doc.HTML))
	}
	return err
}

func replaceContent(f *os.File, write func(io.Writer) error) error {
	err := f.Truncate(0)
	if errors.Is(err, os.ErrInvalid) {
		err = nil // a pipe has nothing to cut off
	}
	if err == nil {
		err = write(f)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	return nil
}

// close closes the files.
func (r *reports) close() {
	for _, f := range []*os.File{r.json, r.html} {
		if f != nil {
			_ = f.Close() // each write was checked
		}
	}
}
