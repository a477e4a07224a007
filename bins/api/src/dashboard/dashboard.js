// The service does not know by what address it is reached; the browser does.
for (const here of document.querySelectorAll('.here')) here.textContent = location.origin + location.pathname;
document.getElementById('here-is')?.remove();
// A chart's legend tells the numbers of the day that is pointed at: those of the table behind it, newest first.
for (const figure of document.querySelectorAll('figure')) {
  const svg = figure.querySelector('svg.chart'), rows = figure.querySelectorAll('tbody tr');
  const mark = document.createElementNS(svg.namespaceURI, 'line');
  mark.setAttribute('class', 'mark');
  mark.setAttribute('y2', '200');
  const tell = row => {
    for (const cell of figure.querySelectorAll('[data-cell]')) cell.textContent = row.cells[cell.dataset.cell].textContent;
  };
  svg.addEventListener('pointermove', event => {
    const box = svg.getBoundingClientRect();
    const place = Math.min(rows.length - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * rows.length)));
    const x = (place + .5) / rows.length * 100 + '%';
    mark.setAttribute('x1', x);
    mark.setAttribute('x2', x);
    svg.append(mark);
    tell(rows[rows.length - 1 - place]);
  });
  svg.addEventListener('pointerleave', () => { mark.remove(); tell(rows[0]); });
}
