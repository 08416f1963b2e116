// <button data-picture hidden> within [data-picture-of="name"]: saves that part of the page as name.png. What it says is
// written anew on a canvas, and its charts and tables are drawn below; the button shows itself, since it needs scripts. The
// days it is of are the page's subtitle, or what [data-days] around it says.
import { colour, font } from "./chart-paper.js";
import { said, tablesOf } from "./picture-table.js";

const [EDGE, LINE, SCALE] = [24, 22, 2];

function words(place) {
  const title = place.querySelector("h2");
  const value = place.querySelector(".tile-value");
  const facts = [...place.querySelectorAll(".tile-facts")].map(said).filter(Boolean);
  const days = place.closest("[data-days]")?.dataset.days ?? document.querySelector(".page-sub")?.textContent.trim();
  return { title: said(title), value: value && said(value), facts: [...facts, days].filter(Boolean) };
}

function paint(place) {
  const charts = [...place.querySelectorAll(".chart canvas")];
  const { title, value, facts } = words(place);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const tables = tablesOf(place, pen);
  const width = Math.max(480, ...charts.map((chart) => chart.clientWidth), ...tables.map((table) => table.width)) + 2 * EDGE;
  const below = [...charts.map((chart) => chart.clientHeight), ...tables.map((table) => table.height)];
  canvas.width = width * SCALE;
  canvas.height = (2 * EDGE + LINE * (facts.length + 1) + (value ? 48 : 8) + below.reduce((sum, height) => sum + height + EDGE, 0)) * SCALE;
  pen.scale(SCALE, SCALE);
  pen.fillStyle = colour("--surface");
  pen.fillRect(0, 0, width, canvas.height);
  pen.textBaseline = "top";
  let top = EDGE;
  const write = (text, size, weight, ink, step) => {
    pen.font = `${weight} ${size}px ${font()}`;
    pen.fillStyle = colour(ink);
    pen.fillText(text, EDGE, top, width - 2 * EDGE);
    top += step;
  };
  write(title, 15, 600, "--ink-soft", LINE);
  if (value) write(value, 30, 620, "--ink", 44);
  for (const fact of facts) write(fact, 13, 400, "--ink-soft", LINE);
  for (const chart of charts) {
    top += EDGE / 2;
    pen.drawImage(chart, EDGE, top, chart.clientWidth, chart.clientHeight);
    top += chart.clientHeight + EDGE / 2;
  }
  for (const table of tables) {
    top += EDGE / 2;
    table.draw(pen, EDGE, top);
    top += table.height + EDGE / 2;
  }
  return canvas;
}

function save(button) {
  const place = button.closest("[data-picture-of]");
  paint(place).toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${place.dataset.pictureOf}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  }, "image/png");
}

function offer(root) {
  root.querySelectorAll("[data-picture][hidden]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => save(button));
  });
}

offer(document);
document.addEventListener("htmx:load", (event) => offer(event.detail.elt));
