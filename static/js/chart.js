// <div data-chart="data-id">: draws the JSON of <script type="application/json" id="data-id">, in the page's colours.
// data-chart-json="…" holds the data itself, for parts that htmx fetches: it drops script elements, these too.
// data.layout says which picture it is and what else stands in the data:
//   none       { x: ["2026-10-05", …], format: "percent" | "duration" | "number", kind: "line" | "bar" (optional),
//                series: [{ name, values, low, high, faint }], marks: [{ x, name }], shaded: [x, x] (optional) }
//                low and high give an interval band; x may be names of weeks as well
//   "stacked"  x are names, bars lie on their side, one on the other; series: [{ name, values, colour: "--green" }]
//   "dots"     { names, values, low, high, others, format, kind: "dot" | "bar" }
//   "heat"     { x, y, cells: [[x, y, value]] }
//   "scatter"  { names, series: [{ name, colour, symbol, points: [{ name, x, y, size }] }] }
//   "steps"    { x (seconds), series: [{ name, values, low, high }], half }
// Canvas and rich-text tooltips: neither writes a style attribute, which our Content-Security-Policy forbids.
import { init } from "../vendor/echarts/charts.js";
import { dots, dotsHeight } from "./chart-dots.js";
import { heat } from "./chart-heat.js";
import { lines } from "./chart-lines.js";
import { follow } from "./chart-links.js";
import { scatter } from "./chart-scatter.js";
import { stacked } from "./chart-stacked.js";
import { steps } from "./chart-steps.js";

const LAYOUTS = { dots, heat, scatter, stacked, steps };

function draw(place) {
  const data = JSON.parse(place.dataset.chartJson ?? document.getElementById(place.dataset.chart).textContent);
  if (data.layout === "dots") place.style.blockSize = `${dotsHeight(data)}px`;
  const chart = init(place, null, { renderer: "canvas" });
  const shown = LAYOUTS[data.layout] ?? lines;
  chart.setOption(shown(data, place.clientWidth));
  follow(chart, place, data);
  new ResizeObserver(() => chart.resize()).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(shown(data, place.clientWidth), true));
}

document.querySelectorAll("[data-chart]").forEach(draw);
document.addEventListener("htmx:load", (event) => {
  event.detail.elt.querySelectorAll?.("[data-chart]:empty").forEach(draw);
});
