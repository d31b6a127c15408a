'use strict';
(() => {
  const series = JSON.parse(document.getElementById('series').textContent);

  // Charts: the pointer, or the arrow keys, read a place out under all charts of a series.
  const show = (name, index) => {
    const points = series[name];
    const at = Math.max(0, Math.min(points.length - 1, index));
    for (const svg of document.querySelectorAll(`svg[data-series="${name}"]`)) {
      const left = Number(svg.dataset.left), right = Number(svg.dataset.right);
      const x = left + (at + 0.5) / points.length * (right - left);
      svg.querySelector('.cursor').setAttribute('d', `M${x} 10V${svg.viewBox.baseVal.height - 24}`);
      svg.dataset.at = at;
    }
    const [time, equity, drawdown] = points[at];
    document.querySelector(`output[data-for="${name}"]`).textContent = `${time}: equity ${equity}, ${drawdown} below its peak`;
  };
  for (const svg of document.querySelectorAll('svg[data-series]')) {
    const name = svg.dataset.series, points = series[name];
    if (!points || points.length === 0) continue;
    svg.addEventListener('pointermove', (e) => {
      const box = svg.getBoundingClientRect();
      const x = (e.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      const left = Number(svg.dataset.left), right = Number(svg.dataset.right);
      show(name, Math.floor((x - left) / (right - left) * points.length));
    });
    svg.addEventListener('keydown', (e) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[e.key];
      if (!step) return;
      e.preventDefault();
      show(name, Number(svg.dataset.at ?? (step > 0 ? -1 : points.length)) + step);
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
        const order = head.ariaSort === 'ascending' ? 'descending' : 'ascending';
        heads.forEach((other) => { other.ariaSort = null; });
        head.ariaSort = order;
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
})();
