// The tables of a part of the page on a canvas: heads, and the first rows as they are read. What is folded away, or for ears
// alone, is left out. tablesOf(place) gives each with its width and height, and draw(pen, left, top).
import { colour, font } from "./chart-paper.js";

const [ROW, GAP, ROWS, WIDEST] = [22, 20, 100, 320];

// What an element says to the eye.
export const said = (element) => [...element.childNodes]
  .filter((node) => !node.classList?.contains("visually-hidden"))
  .map((node) => (node.nodeType === Node.TEXT_NODE ? node.textContent : node.matches?.(".tile-tools, svg, button") ? "" : said(node)))
  .join(" ").replace(/\s+/g, " ").trim();

function cellsOf(row) {
  const cells = [];
  for (const cell of row.cells) {
    cells.push({ text: said(cell), isNumber: cell.classList.contains("num"), isHead: !!cell.closest("thead"), span: cell.colSpan });
    for (let more = 1; more < cell.colSpan; more += 1) cells.push({ text: "" });
  }
  return cells;
}

function laidOut(table, pen) {
  const rows = [...table.rows].slice(0, ROWS + 1).map(cellsOf);
  pen.font = `400 13px ${font()}`;
  // A column of which only the head says anything, above small pictures, is left out.
  const speaks = (at) => rows.some((cells) => cells[at]?.text && !cells[at].isHead);
  const widthOf = (cell) => (cell && !(cell.span > 1) ? Math.min(WIDEST, pen.measureText(cell.text).width) : 0);
  const columns = Array.from({ length: Math.max(...rows.map((cells) => cells.length)) }, (_, at) => at);
  const widths = columns.map((at) => (speaks(at) ? Math.max(...rows.map((cells) => widthOf(cells[at]))) : 0));
  const lefts = widths.map((_width, at) => widths.slice(0, at).reduce((sum, width) => sum + (width && width + GAP), 0));
  const width = lefts.at(-1) + widths.at(-1);
  return { width, height: ROW * (rows.length + 1), draw: (onto, left, top) => draw(onto, left, top, { rows, widths, lefts, width }) };
}

function draw(pen, left, top, { rows, widths, lefts, width }) {
  rows.forEach((cells, line) => {
    const y = top + line * ROW;
    cells.forEach((cell, at) => {
      if (!widths[at] && !(cell.span > 1)) return;
      pen.font = `${cell.isHead ? 600 : 400} 13px ${font()}`;
      pen.fillStyle = colour(cell.isHead ? "--ink-soft" : "--ink");
      pen.textAlign = cell.isNumber ? "right" : "left";
      pen.fillText(cell.text, left + lefts[at] + (cell.isNumber ? widths[at] : 0), y + 5, cell.span > 1 ? undefined : WIDEST);
    });
    pen.fillStyle = colour("--line");
    pen.fillRect(left, y + ROW - 1, width, 1);
  });
  pen.textAlign = "left";
}

export function tablesOf(place, pen) {
  return [...place.querySelectorAll("table")].filter((table) => !table.closest("details:not([open])")).map((table) => laidOut(table, pen));
}
