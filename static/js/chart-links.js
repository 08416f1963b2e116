// A click on a point goes where the link goes that <table data-links-of="id of the chart"> has for it: so there is one
// source of the address, and the keyboard has the table. A layout finds its points: { x, y, url, bar } with the two in
// the chart's own values, and bar the axis along which a bar reaches from zero.
const REACH = 14; // pixels
const MAIN = 1; // the cell of the figure
const OTHER = 4; // and of what it is compared with

const linkIn = (cell) => cell?.querySelector("a[href]")?.href;

const FINDERS = {
  lines(data, rows) {
    const at = new Map(data.x.map((x, index) => [x, index]));
    return rows.flatMap((row) => {
      const x = at.get(row.querySelector("th time")?.getAttribute("datetime"));
      return data.series.map((series) => ({
        x, y: series.values[x], url: linkIn(row.cells[series.faint ? OTHER : MAIN]), bar: !series.faint && data.kind === "bar" ? "y" : null,
      }));
    });
  },
  dots(data, rows) {
    const shown = rows.map((row) => linkIn(row.cells[MAIN])).filter(Boolean); // lines without a figure have no dot
    return data.values.map((x, y) => ({ x, y, url: shown[y], bar: data.kind === "bar" ? "x" : null }));
  },
  heat(data, rows) {
    return data.cells.map(([x, y]) => ({ x, y, url: linkIn(rows[y]?.cells[MAIN + x]) }));
  },
};

const outside = (value, one, other) => Math.max(Math.min(one, other) - value, value - Math.max(one, other), 0);

function nearest(chart, points, event) {
  const pixel = (x, y) => chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [x, y]);
  let [least, found] = [REACH, null];
  for (const point of points) {
    const head = pixel(point.x, point.y);
    const foot = point.bar ? pixel(point.bar === "x" ? 0 : point.x, point.bar === "y" ? 0 : point.y) : head;
    const away = Math.hypot(outside(event.offsetX, head[0], foot[0]), outside(event.offsetY, head[1], foot[1]));
    if (away <= least) [least, found] = [away, point];
  }
  return found?.url;
}

export function follow(chart, place, data) {
  const table = document.querySelector(`table[data-links-of="${place.id}"]`);
  const find = FINDERS[data.layout ?? "lines"];
  if (!table || !find) return;
  const points = () => find(data, [...table.tBodies[0].rows]).filter(({ x, y, url }) => url && Number.isFinite(x) && Number.isFinite(y));
  const paper = chart.getZr();
  paper.on("mousemove", (event) => {
    if (nearest(chart, points(), event)) paper.setCursorStyle("pointer");
    else if (data.layout === "heat") paper.setCursorStyle("default"); // its cells set one of their own
  });
  paper.on("click", (event) => {
    const url = event.event.pointerType === "touch" ? null : nearest(chart, points(), event); // a finger asks what it is
    if (url && (event.event.ctrlKey || event.event.metaKey)) window.open(url);
    else if (url) location.assign(url);
  });
}
