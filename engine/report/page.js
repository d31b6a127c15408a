'use strict';
(() => {
  const readings = JSON.parse(document.getElementById('readings').textContent);
  const said = document.getElementById('said');

  // Charts share one time axis, of which they show the part from a to b: all of it
  // is from 0 to 1.
  let a = 0, b = 1;
  const across = (x) => (x - a) / (b - a);
  const percent = (x) => `${across(x) * 100}%`;
  const charts = [...document.querySelectorAll('.chart')].map((figure) => {
    const svg = figure.querySelector('svg');
    const when = figure.querySelector('.when'), note = figure.querySelector('.note');
    const values = [...figure.querySelectorAll('.legend b')];
    const kept = (selector, names) => [...svg.querySelectorAll(selector)].flatMap((e) => names.filter((n) => e.hasAttribute(n)).map((n) => [e, n, parseFloat(e.getAttribute(n))]));
    const { low, high, top, bottom } = Object.fromEntries(Object.entries(svg.dataset).map(([k, v]) => [k, Number(v)]));
    return {
      figure, svg, when, note, values, low, high, top, bottom,
      rows: readings[figure.dataset.key] ?? [],
      last: { t: when.textContent, v: values.map((e) => e.textContent), n: note ? [note.textContent] : undefined },
      cursor: svg.querySelector('.cursor'), line: svg.querySelector('.cursor line'), dots: [...svg.querySelectorAll('.cursor circle')],
      plane: svg.querySelector('.plane'), axis: svg.querySelector('.values'), numbers: [...svg.querySelector('.values').children],
      times: [...svg.querySelectorAll('g:has(> .time)')],
      wide: kept('.marks *, g:has(> .time) *', ['x', 'x1', 'x2']), tall: kept('.marks *', ['y', 'y1', 'y2']),
      y: (v) => v,
    };
  });
  charts.forEach((chart) => { chart.at = chart.rows.length; });

  // What is read out: the pointer's place, or that of the arrow keys, in all charts.
  const nearest = (rows, x) => {
    let low = 0, high = rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].x < x) low = middle + 1; else high = middle;
    }
    return low > 0 && x - rows[low - 1].x < rows[low].x - x ? low - 1 : low;
  };
  const tell = (chart, row) => {
    chart.when.textContent = row.t;
    chart.values.forEach((e, i) => { e.textContent = row.v[i]; });
    // Below the drawing, where it moves nothing that the pointer is on.
    if (chart.note) chart.note.textContent = (row.n ?? chart.last.n).join('; ');
  };
  const show = (x) => {
    for (const chart of charts) {
      if (chart.rows.length === 0) continue;
      chart.at = nearest(chart.rows, x);
      const row = chart.rows[chart.at];
      tell(chart, row);
      for (const name of ['x1', 'x2']) chart.line.setAttribute(name, percent(row.x / 10000));
      chart.dots.forEach((dot, i) => {
        dot.setAttribute('cx', percent(row.x / 10000));
        dot.setAttribute('cy', chart.y(row.y[i]));
      });
      const inside = row.x >= a * 10000 && row.x <= b * 10000;
      chart.cursor.style.visibility = inside ? 'visible' : 'hidden';
    }
  };
  const hide = () => {
    for (const chart of charts) {
      chart.at = chart.rows.length;
      tell(chart, chart.last);
      chart.cursor.style.visibility = 'hidden';
    }
  };

  // A part of the axis fills the charts, and what is in it their height.
  const svgElement = (name, attributes, text = '') => {
    const e = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.textContent = text;
    return e;
  };
  const scale = (chart, first, last) => { // of the heights that are visible
    const { top, bottom, low, high } = chart;
    const valueAt = (y) => high - (y - top) / (bottom - top) * (high - low);
    const rough = (valueAt(first) - valueAt(last)) / (bottom / 50);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
    const places = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    const out = [];
    for (let i = Math.ceil(valueAt(last) / step); i * step <= valueAt(first); i += 1) {
      const y = chart.y(top + (high - i * step) / (high - low) * (bottom - top));
      const text = (i * step).toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
      out.push(svgElement('line', { class: 'grid', x2: '100%', y1: y, y2: y }), svgElement('text', { class: 'axis value', x: '100%', y, dx: 8, dy: '.35em' }, text));
    }
    return out;
  };
  const zoom = (from, to) => {
    const part = Math.max(0.02, Math.min(1, to - from)); // beyond, lines are coarse
    a = Math.max(0, Math.min(from, 1 - part));
    b = a + part;
    const whole = a === 0 && b === 1;
    for (const chart of charts) {
      const { top, bottom } = chart;
      const heights = chart.rows.filter((row) => row.x >= a * 10000 && row.x <= b * 10000).flatMap((row) => row.y);
      let first = top, last = bottom;
      if (!whole && heights.length > 0) {
        const room = Math.max((Math.max(...heights) - Math.min(...heights)) * 0.08, 1);
        [first, last] = [Math.min(...heights) - room, Math.max(...heights) + room];
      }
      const times = (bottom - top) / (last - first);
      chart.y = (v) => top + (v - first) * times;
      chart.plane.setAttribute('viewBox', `${a * 1000} ${first - top / times} ${(b - a) * 1000} ${bottom / times}`);
      for (const [e, name, v] of chart.wide) e.setAttribute(name, percent(v / 100));
      for (const [e, name, v] of chart.tall) e.setAttribute(name, chart.y(v));
      for (const g of chart.times) {
        const x = parseFloat(g.firstChild.getAttribute('x1'));
        g.style.display = x > -0.01 && x < 100.01 ? '' : 'none'; // hidden alone, it would widen the page
      }
      chart.axis.replaceChildren(...(whole ? chart.numbers : scale(chart, first, last)));
      chart.figure.classList.toggle('zoomed', !whole);
    }
    hide();
  };

  for (const chart of charts) {
    const { figure, svg, rows, top, bottom } = chart;
    if (rows.length === 0) continue;
    const place = (e) => {
      const box = svg.getBoundingClientRect();
      return Math.max(a, Math.min(b, a + (e.clientX - box.left) / box.width * (b - a)));
    };
    let drag, selected;
    figure.addEventListener('pointerdown', (e) => {
      if (e.pointerType !== 'mouse' || e.button !== 0 || e.clientY < svg.getBoundingClientRect().top) return;
      e.preventDefault();
      figure.focus();
      figure.setPointerCapture(e.pointerId);
      drag = place(e);
      selected = svgElement('rect', { class: 'selected', y: top, height: bottom - top });
      svg.append(selected);
    });
    figure.addEventListener('pointermove', (e) => {
      if (e.clientY < svg.getBoundingClientRect().top) return;
      show(rows[nearest(rows, place(e) * 10000)].x);
      if (drag === undefined) return;
      const [left, right] = [drag, place(e)].sort((x, y) => x - y).map(across);
      selected.setAttribute('x', `${left * 100}%`);
      selected.setAttribute('width', `${(right - left) * 100}%`);
    });
    const drop = (e) => {
      if (drag === undefined) return;
      const [left, right] = [drag, place(e)].sort((x, y) => x - y);
      drag = undefined;
      selected.remove();
      if (e.type === 'pointerup' && right - left > (b - a) / 50) zoom(left, right);
    };
    figure.addEventListener('pointerup', drop);
    figure.addEventListener('pointercancel', drop);
    figure.addEventListener('dblclick', () => zoom(0, 1));
    figure.addEventListener('pointerleave', () => { if (drag === undefined) hide(); });
    figure.addEventListener('blur', hide);
    figure.addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const middle = chart.at < rows.length ? rows[chart.at].x / 10000 : (a + b) / 2;
      const half = { '+': (b - a) / 4, '-': b - a, 0: 1 }[e.key];
      if (half !== undefined) {
        e.preventDefault();
        const at = chart.at;
        zoom(middle - half, middle + half);
        if (at < rows.length) show(rows[at].x);
      }
      if (e.key === 'Escape') hide();
      const to = {
        ArrowLeft: chart.at - 1, ArrowRight: chart.at === rows.length ? nearest(rows, a * 10000) : chart.at + 1,
        PageUp: chart.at - 20, PageDown: chart.at + 20, Home: 0, End: rows.length - 1,
      }[e.key];
      if (to === undefined) return;
      e.preventDefault();
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      const x = row.x / 10000;
      if (x < a || x > b) zoom(x - (b - a) / 2, x + (b - a) / 2);
      show(row.x);
      said.textContent = [figure.querySelector('.legend').textContent, ...(row.n ?? [])].join('; ');
    });
  }

  // Tables: a click on a head sorts by its column.
  const value = (row, i) => {
    const text = row.cells[i].textContent.trim();
    const number = Number(text.replace(/[, %]/g, ''));
    return text !== '' && !Number.isNaN(number) ? number : text;
  };
  const compare = (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return a.localeCompare(b);
  };
  for (const table of document.querySelectorAll('table.sortable')) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, i) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const order = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', order);
        const rows = [...table.tBodies[0].rows].sort((a, b) => compare(value(a, i), value(b, i)));
        if (order === 'descending') rows.reverse();
        table.tBodies[0].append(...rows);
      });
    });
  }

  const filter = document.getElementById('filter');
  if (filter) {
    const rows = [...document.querySelectorAll('#trade-table tbody tr')];
    filter.addEventListener('input', () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown += 1;
      }
      document.getElementById('shown').textContent = words.length ? `${shown} of ${rows.length}` : '';
    });
  }

  // On paper what is folded can't be opened.
  window.addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
})();
