package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The questions that a page is asked in the browser; each gives what is wrong.
const (
	// Nothing stands out of the window, save in what scrolls by itself.
	tooWide = `(() => {
  const out = [];
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > room) out.push('the page is ' + document.documentElement.scrollWidth + ' wide in a window of ' + room);
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.scroll, .quiet, .plane, .cursor, .zoomed .marks, defs, script')) continue;
    const box = e.getBoundingClientRect();
    if (box.width > 0 && (box.right > room + 0.5 || box.left < -0.5)) out.push(e.tagName + '.' + (e.getAttribute('class') ?? '') + ' from ' + box.left + ' to ' + box.right + ': ' + e.textContent.slice(0, 40));
  }
  return out;
})()`
	// Labels of an axis do not touch, and every chart has some of both.
	overlapping = `(() => {
  const out = [];
  for (const chart of document.querySelectorAll('.chart')) {
    if (chart.closest('details:not([open])')) continue;
    const name = chart.dataset.key;
    for (const kind of ['time', 'value']) {
      const boxes = [...chart.querySelectorAll('text.' + kind)].map((e) => [e.textContent, e.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
      if (boxes.length < 2) out.push(name + ' has ' + boxes.length + ' labels of ' + kind);
      boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
        if (p.left < q.right + 2 && q.left < p.right + 2 && p.top + 1 < q.bottom && q.top + 1 < p.bottom) out.push(name + ': ' + a + ' and ' + b + ' overlap');
      }));
    }
  }
  return out;
})()`
	// The tips of marks are at the ends of their lines.
	misplaced = `(() => {
  const out = [];
  for (const g of document.querySelectorAll('g:is(.win, .loss, .open)')) {
    const chart = g.closest('.chart > svg').getBoundingClientRect(), line = g.querySelector('line');
    if (chart.width === 0) continue;
    g.querySelectorAll('use').forEach((use, i) => {
      const box = use.getBoundingClientRect(), end = i + 1;
      const dx = (box.left + box.right) / 2 - chart.left - parseFloat(line.getAttribute('x' + end)) / 100 * chart.width;
      const dy = (use.getAttribute('href') === '#buy' ? box.top : box.bottom) - chart.top - Number(line.getAttribute('y' + end));
      if (Math.hypot(dx, dy) > 2) out.push(use.getAttribute('href') + ' is off by ' + dx + ', ' + dy);
    });
  }
  return out;
})()`
	// Text stands out from what is behind it, as WCAG 2 wants it: 4.5 to 1.
	unreadable = `(() => {
  const parse = (text) => {
    const n = text.match(/[\d.]+/g).map(Number);
    const scale = text.startsWith('color(') ? 1 : 255;
    return [n[0] / scale, n[1] / scale, n[2] / scale, n[3] ?? 1];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const out = new Set();
  for (const e of document.querySelectorAll('h1, h2, h3, p, dt, dd, th, td, caption, figcaption, figcaption *, text.axis, summary, summary *, .note *, small, input')) {
    if (e.closest('.quiet') || e.textContent.trim() === '' && e.tagName !== 'INPUT') continue;
    let at = e, back;
    do { back = parse(getComputedStyle(at).backgroundColor); at = at.parentElement; } while (at && back[3] < 1);
    if (back[3] < 1) back = [1, 1, 1]; // paper
    const style = getComputedStyle(e);
    const a = light(parse(e instanceof SVGElement ? style.fill : style.color)), b = light(back);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) out.add(e.tagName + '.' + (e.getAttribute('class') ?? '') + ' has a contrast of ' + ratio.toFixed(2));
  }
  return [...out];
})()`
)

// written gives the file of a page.
func written(t *testing.T, b *Backtest) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	file, err := os.Create(path) //nolint:gosec // in the test's own folder
	if err != nil {
		t.Fatal(err)
	}
	if err := b.HTML(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBrowserDrawsPages: on a telephone and on a large screen, in light and dark and on
// paper, a real browser draws pages without a complaint: nothing stands out,
// nothing overlaps, everything can be read.
func TestBrowserDrawsPages(t *testing.T) {
	b := openBrowser(t)
	for name, doc := range map[string]*Backtest{
		"hostile": sample(t), "few": twoTrades(), "long": long(100_000), "full": full(), "empty": {Settings: Settings{Zone: "UTC"}},
	} {
		path := written(t, doc)
		schemes := map[int][]string{360: {"light", "dark"}, 800: {"print"}, 1400: {"light", "dark"}}
		if name == "full" {
			schemes = map[int][]string{360: {"light"}, 1400: {"light"}} // it takes seconds
		}
		for _, width := range []int{360, 800, 1400} {
			for _, scheme := range schemes[width] {
				t.Run(fmt.Sprintf("%s %d %s", name, width, scheme), func(t *testing.T) {
					b.in(t).show(path, width, scheme)
					b.eval(`for (const e of document.querySelectorAll('details')) e.open = true`, nil)
					questions := map[string]string{"too wide": tooWide, "unreadable": unreadable, "misplaced": misplaced}
					if name != "empty" {
						questions["overlapping"] = overlapping
					}
					if name == "full" { // its rows are as those of the others
						delete(questions, "unreadable")
					}
					var dark bool
					b.eval(`Math.max(...getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).slice(0, 3).map(Number)) < 64 && getComputedStyle(document.body).backgroundColor.startsWith('rgb(')`, &dark)
					if dark != (scheme == "dark") {
						t.Errorf("it is dark: %t", dark)
					}
					for what, question := range questions {
						var wrong []string
						b.eval(question, &wrong)
						if len(wrong) > 0 {
							t.Errorf("%s, %d times: %s", what, len(wrong), strings.Join(wrong[:min(len(wrong), 5)], "; "))
						}
					}
					if problems := b.complaints(); len(problems) > 0 {
						t.Errorf("the console has %q", problems)
					}
				})
			}
		}
	}
}

// TestBrowserFindsFaults: each question finds what it is asked for.
func TestBrowserFindsFaults(t *testing.T) {
	b := openBrowser(t)
	path := written(t, twoTrades())
	for style, question := range map[string]string{
		"main { min-width: 400px }":              tooWide,
		".tiles dd { width: 390px }":             tooWide,
		".axis { font-size: 34px !important }":   overlapping,
		".time { display: none }":                overlapping,
		"dt { color: #888; background: #777 }":   unreadable,
		".axis { fill: #eee }":                   unreadable,
		"section { background: #333 }":           unreadable,
		"use { transform: scale(.5) }":           misplaced,
		"body { --axis: 10px }":                  tooWide,
		".wide, .medium, .narrow { all: unset }": overlapping,
	} {
		b.show(path, 360, "light")
		var before, after []string
		b.eval(question, &before)
		b.eval(fmt.Sprintf("document.head.append(Object.assign(document.createElement('style'), { textContent: %q }))", style), nil)
		b.eval(question, &after)
		if len(before) > 0 || len(after) == 0 {
			t.Errorf("%s: %q before, %q after", style, before, after)
		}
	}
	b.eval("console.error('x')", nil)
	if problems := b.complaints(); len(problems) != 1 {
		t.Errorf("the console has %q", problems)
	}
}

// TestBrowserAnswers: the pointer and the arrow keys read charts out, all at the same
// time; heads sort; the search narrows.
func TestBrowserAnswers(t *testing.T) {
	b := openBrowser(t)
	b.show(written(t, twoTrades()), 1400, "light")
	const legends = `[...document.querySelectorAll('.chart .legend')].map((e) => e.textContent)`
	const cursors = `[...document.querySelectorAll('.cursor')].filter((e) => getComputedStyle(e).visibility === 'visible').length`
	const note = `[...document.querySelectorAll('.chart .note')].at(-1).textContent`
	want := func(expression, want string) {
		t.Helper()
		var got string
		b.eval("String("+expression+")", &got)
		if got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
	var before []string
	b.eval(legends, &before)
	want(cursors, "0")
	var middle struct{ X, Y float64 }
	b.eval(`(() => { const box = document.querySelector('.chart svg').getBoundingClientRect(); return { x: box.left + box.width / 4, y: box.top + box.height / 2 }; })()`, &middle)
	b.mouse("mouseMoved", middle.X, middle.Y)
	want(cursors, "4")
	// A quarter of two days is 12 hours: the first trade has just made 35, and holding
	// 600.
	want(legends+"[1]", "Against buying and holding 2024-01-01 12:00:00 Equity 1,035.00 Buy and hold 1,600.00")
	want(legends+"[2]", "Drawdown 2024-01-01 12:00:00 Drawdown 0.00")
	want(legends+"[3]", "X 2024-01-01 12:00:00 Open 160.00 High 160.00 Low 160.00 Close 160.00")
	want(note, "sold 1 at 160.00 (a, s), net 35.00")
	b.mouse("mouseMoved", 1, 1)
	want(cursors, "0")
	want(legends+"[0]", before[0])
	want(note, "A candle is 1h. 2 trades, all drawn. 1 still open, dotted.")

	b.eval(`document.querySelector('.chart').focus()`, nil)
	for range 3 {
		b.key("ArrowRight")
	}
	b.key("ArrowLeft")
	want(legends+"[0]", "Equity 2024-01-01 01:00:00 Equity 1,000.00")
	want(`document.getElementById('said').textContent`, "Equity 2024-01-01 01:00:00 Equity 1,000.00")
	b.key("Escape")
	want(cursors, "0")
	b.eval(`document.querySelectorAll('.chart')[3].focus()`, nil)
	for range 6 {
		b.key("ArrowRight")
	}
	want(`document.getElementById('said').textContent`, "X 2024-01-01 05:00:00 Open 125.00 High 125.00 Low 125.00 Close 125.00; bought 1 at 125.00 (a, s)")

	zoomed(t, b, want)

	const net = `[...document.querySelectorAll('#trade-table tbody tr:not([hidden])')].map((e) => e.cells[9].textContent).join(' ')`
	want(net, "35.00 -10.00")
	b.eval(`document.querySelectorAll('#trade-table th button')[9].click()`, nil)
	want(net, "-10.00 35.00")
	want(`document.querySelectorAll('#trade-table th')[9].getAttribute('aria-sort')`, "ascending")
	b.eval(`(() => { const e = document.getElementById('filter'); e.value = 'LONG x'; e.dispatchEvent(new Event('input')); })()`, nil)
	want(net, "35.00")
	want(`document.getElementById('shown').textContent`, "1 of 2")
	if problems := b.complaints(); len(problems) > 0 {
		t.Errorf("the console has %q", problems)
	}
}

// zoomed asks a page of twoTrades for parts of its axis.
func zoomed(t *testing.T, b *browser, want func(expression, want string)) {
	t.Helper()
	const box = `document.querySelectorAll('.chart')[3].querySelector('.plane').getAttribute('viewBox')`
	const times = `[...document.querySelectorAll('.chart')[3].querySelectorAll('.time')].filter((e) => e.getBoundingClientRect().width > 0).map((e) => e.textContent).join(' ')`
	const numbers = `[...document.querySelectorAll('.chart')[3].querySelectorAll('.value')].filter((e) => e.matches('text')).map((e) => e.textContent).join(' ')`
	sound := func() {
		t.Helper()
		var wrong []string
		b.eval(`[...`+misplaced+`, ...`+tooWide+`, ...`+overlapping+`.filter((e) => e.includes('overlap'))]`, &wrong)
		if len(wrong) > 0 {
			t.Errorf("zoomed: %q", wrong)
		}
	}
	var before, after [3]string
	all := func(into *[3]string) { b.eval("["+box+","+times+","+numbers+"]", into) }
	all(&before)

	// Half of it around the first buy, at 5 of 48 hours, moved to begin at 0.
	b.key("+")
	want(box+".split(' ').filter((e, i) => i % 2 === 0).map((e) => Number(e).toFixed(1)).join(' ')", "0.0 500.0")
	want(times, "1 Jan 2 Jan 12:00 18:00 06:00 09:00 15:00 21:00")
	want(numbers, "100 150 200")
	sound()
	want(`document.querySelectorAll('.chart .when')[3].textContent`, "2024-01-01 05:00:00")
	b.key("ArrowRight")
	want(`document.querySelectorAll('.chart .when')[3].textContent`, "2024-01-01 06:00:00")
	b.key("End")
	want(`document.querySelectorAll('.chart .when')[3].textContent`, "2024-01-03 00:00:00")
	sound()
	b.key("0")
	all(&after)
	if before != after {
		t.Errorf("all of it is %q, was %q", after, before)
	}

	var at struct{ Left, Width, Y float64 }
	b.eval(`(() => { const e = document.querySelectorAll('.chart > svg')[3]; e.scrollIntoView({ block: 'center' }); const box = e.getBoundingClientRect(); return { left: box.left, width: box.width, y: box.top + 90 }; })()`, &at)
	b.mouse("mousePressed", at.Left+at.Width*0.8, at.Y)
	b.mouse("mouseMoved", at.Left+at.Width*0.6, at.Y)
	want(`document.querySelectorAll('.selected').length`, "1")
	b.mouse("mouseMoved", at.Left+at.Width*0.4, at.Y)
	b.mouse("mouseReleased", at.Left+at.Width*0.4, at.Y)
	want(box+".split(' ').filter((e, i) => i % 2 === 0).map((e) => Math.round(e / 4) * 4).join(' ')", "400 400")
	want(`document.querySelectorAll('.selected').length`, "0")
	sound()
	b.eval(`document.querySelectorAll('.chart')[3].dispatchEvent(new MouseEvent('dblclick'))`, nil)
	all(&after)
	if before != after {
		t.Errorf("after a double click it is %q, was %q", after, before)
	}
}
