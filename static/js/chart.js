// <div data-chart="data-id">: draws the JSON of <script type="application/json" id="data-id">, in the page's colours.
// data: { x: ["2026-10-05", …], format: "percent" | "duration" | "number", kind: "line" | "bar" (optional),
//         series: [{ name, values, low, high, colour }], marks: [{ x, name }],   low and high give an interval band;
//         layout: "stacked" (optional: x are names, bars lie on their side, one on the other; colour "--green") }
// Canvas and rich-text tooltips: neither writes a style attribute, which our Content-Security-Policy forbids.
import { init } from "../vendor/echarts/charts.js";

// The desk writes days first ("1 Oct"), also in English.
const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const number = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" });
const DASHES = ["solid", "dashed", "dotted"];
const COLOURS = ["--accent", "--amber", "--green", "--red", "--blue"];

const FORMATS = {
  percent: (value) => `${number.format(value * 100)}\u202f%`,
  duration: (value) => `${Math.floor(value / 60)}:${String(Math.round(value % 60)).padStart(2, "0")}`,
  number: (value) => number.format(value),
};

function colour(name) {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.color = `var(${name})`;
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const plain = { type: "line", symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { opacity: 0 } };

function band(series, paint, index) {
  if (!series.low) return [];
  const gap = series.low.map((low, at) => (low === null ? null : series.high[at] - low));
  const stack = `band-${index}`;
  return [
    { ...plain, name: `${series.name}-low`, data: series.low, stack },
    { ...plain, name: `${series.name}-high`, data: gap, stack, areaStyle: { color: paint, opacity: 0.14 } },
  ];
}

function line(series, paint, index, data) {
  const marks = index === 0 && data.marks?.length;
  return {
    name: series.name, data: series.values, type: data.kind ?? "line", symbol: "circle", symbolSize: 5, showSymbol: false,
    lineStyle: { width: 2, color: paint, type: DASHES[index % 3] }, itemStyle: { color: paint }, barMaxWidth: 28,
    markLine: marks ? {
      symbol: ["none", "triangle"], symbolSize: 8, silent: true,
      lineStyle: { color: colour("--ink-soft"), type: "dashed", width: 1 },
      label: { formatter: (mark) => mark.name, color: colour("--ink-soft"), position: "end" },
      data: data.marks.map((mark) => ({ name: mark.name, xAxis: mark.x })),
    } : undefined,
  };
}

function options(data) {
  const format = FORMATS[data.format] ?? FORMATS.number;
  const soft = colour("--ink-soft");
  const paints = data.series.map((_, index) => colour(COLOURS[index % COLOURS.length]));
  const axis = { axisLabel: { color: soft }, axisLine: { lineStyle: { color: colour("--line") } }, axisTick: { show: false } };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 24, top: data.series.length > 1 ? 44 : 28, bottom: 4, containLabel: true },
    legend: { show: data.series.length > 1, top: 0, textStyle: { color: soft }, data: data.series.map((each) => each.name) },
    tooltip: {
      trigger: "axis", renderMode: "richText", backgroundColor: colour("--surface"), borderColor: colour("--line-strong"),
      textStyle: { color: colour("--ink"), fontFamily: getComputedStyle(document.body).fontFamily },
      formatter: (points) => [
        day.format(new Date(points[0].axisValue)),
        ...points.filter((point) => data.series.some((each) => each.name === point.seriesName)).map((point) => {
          const { low, high } = data.series.find((each) => each.name === point.seriesName);
          const at = point.dataIndex;
          const interval = low ? `  (${format(low[at])} – ${format(high[at])})` : "";
          return `${point.seriesName}  ${point.value === null ? "–" : format(point.value)}${interval}`;
        }),
      ].join("\n"),
    },
    xAxis: { ...axis, type: "category", data: data.x, boundaryGap: data.kind === "bar",
      axisLabel: { color: soft, hideOverlap: true, formatter: (value) => day.format(new Date(value)) } },
    yAxis: { ...axis, type: "value", scale: data.kind !== "bar", splitLine: { lineStyle: { color: colour("--line") } },
      axisLabel: { color: soft, formatter: format } },
    series: data.series.flatMap((each, index) => [
      ...band(each, paints[index], index), line(each, paints[index], index, data),
    ]),
  };
}

const SHADES = [1, 0.75, 0.55, 0.4];

// Bars on their side, one on the other; a colour that comes again gets fainter, and has an edge.
function stacked(data) {
  const soft = colour("--ink-soft");
  const surface = colour("--surface");
  const used = {};
  const series = data.series.map((each) => {
    const shade = SHADES[SHADES.length - 1 - Math.min(used[each.colour] = (used[each.colour] ?? -1) + 1, SHADES.length - 1)];
    const alone = data.series.filter((other) => other.colour === each.colour).length === 1;
    return { name: each.name, type: "bar", stack: "all", data: each.values, barMaxWidth: 22,
      itemStyle: { color: colour(each.colour), opacity: alone ? 0.85 : shade, borderColor: surface, borderWidth: 1 } };
  });
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 24, top: 76, bottom: 4, containLabel: true },
    legend: { top: 0, itemWidth: 16, itemGap: 10, textStyle: { color: soft } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, backgroundColor: colour("--surface"),
      borderColor: colour("--line-strong"), textStyle: { color: colour("--ink") },
      formatter: (points) => [points[0].axisValue, ...points.filter((point) => point.value)
        .map((point) => `${point.seriesName}  ${FORMATS.number(point.value)}`)].join("\n") },
    xAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: soft } },
    yAxis: { type: "category", inverse: true, data: data.x, axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: soft, width: 150, overflow: "truncate" } },
    series,
  };
}

function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = init(place, null, { renderer: "canvas" });
  const shown = data.layout === "stacked" ? stacked : options;
  chart.setOption(shown(data));
  new ResizeObserver(() => chart.resize()).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(shown(data), true));
}

document.querySelectorAll("[data-chart]").forEach(draw);
document.addEventListener("htmx:load", (event) => {
  event.detail.elt.querySelectorAll?.("[data-chart]:empty").forEach(draw);
});
