// One figure over time, or several: lines with a band for the interval, or bars; ▼ marks what was published.
import { axis, colour, day, FORMATS, frame, scaled, tooltip } from "./chart-paper.js";

const DASHES = ["solid", "dashed", "dotted"];
const COLOURS = ["--accent", "--amber", "--green", "--red", "--blue"];
const LETTER = 6.5; // pixels of the name of a mark
const MANY_MARKS = 16;

const plain = { type: "line", symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { opacity: 0 } };

function band(series, paint, index) {
  if (!series.low) return [];
  const gap = series.low.map((low, at) => (low === null ? null : series.high[at] - low));
  const stack = `band-${index}`;
  return [
    { ...plain, name: `${series.name}-low`, data: series.low, stack },
    { ...plain, name: `${series.name}-high`, data: gap, stack, areaStyle: { color: paint, opacity: 0.16 } },
  ];
}

// Names stand at the marks only where each has room beside the next; the list below has them all.
function haveRoom(marks, days, width) {
  const places = marks.map((mark) => (days.indexOf(mark.x) / days.length) * width);
  const half = (mark) => (mark.name.length * LETTER) / 2;
  return places.every((place, at) => at === 0 || place - places[at - 1] > half(marks[at]) + half(marks[at - 1]));
}

function publications(marks, named) {
  const soft = colour("--ink-soft");
  return {
    symbol: ["none", "triangle"], symbolSize: 8, symbolRotate: 180, silent: true,
    lineStyle: { color: soft, type: "dotted", width: marks.length > MANY_MARKS ? 0.25 : 1, opacity: 0.6 }, itemStyle: { color: soft },
    label: { show: named, formatter: (mark) => mark.name, color: soft, position: "end", fontSize: 11 },
    data: marks.map((mark) => ({ name: mark.name, xAxis: mark.x })),
  };
}

// A point between two gaps is on no line: it is drawn by itself.
const alone = (values, at) => values[at] !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;

// A part of time that does not count.
const between = (shaded) => ({
  silent: true, itemStyle: { color: colour("--neutral-tint") }, data: [[{ xAxis: shaded[0] }, { xAxis: shaded[1] ?? shaded[0] }]],
});

function line(series, paint, index, data, width) {
  return {
    name: series.name, data: series.values, type: series.faint ? "line" : data.kind ?? "line", cursor: "default", symbol: "circle",
    symbolSize: (_value, point) => (alone(series.values, point.dataIndex) ? 5 : 0), showSymbol: true, showAllSymbol: true, barMaxWidth: 28,
    lineStyle: series.faint ? { width: 1.5, color: paint, type: "dashed" } : { width: 2, color: paint, type: DASHES[index % 3] },
    itemStyle: { color: paint, borderRadius: data.kind === "bar" ? [2, 2, 0, 0] : 0 }, z: series.faint ? 1 : 3,
    markLine: index === 0 && data.marks?.length ? publications(data.marks, haveRoom(data.marks, data.x, width)) : undefined,
    markArea: index === 0 && data.shaded?.length ? between(data.shaded) : undefined,
  };
}

// Days are written as on the page; weeks that are only counted are names already.
const named = (x) => (/^\d{4}-/.test(x) ? day(x) : x);

function said(points, data, format) {
  const at = points[0].dataIndex;
  const lines = data.series.map((series) => {
    const value = series.values[at];
    const interval = series.low && value !== null ? `  (${format(series.low[at])} – ${format(series.high[at])})` : "";
    return `${series.name}  ${value === null || value === undefined ? "–" : format(value)}${interval}`;
  });
  const published = (data.marks ?? []).filter((mark) => mark.x === data.x[at]).map((mark) => `▼ ${mark.name}`);
  return [named(data.x[at]), ...lines, ...published].join("\n");
}

export function lines(data, width) {
  const soft = colour("--ink-soft");
  const paints = data.series.map((series, index) => (series.faint ? soft : colour(COLOURS[index % COLOURS.length])));
  const several = data.series.length > 1;
  const all = data.series.flatMap((each) => [...each.values, ...(each.low ?? []), ...(each.high ?? [])]);
  return {
    ...frame(),
    grid: { left: 8, right: 24, top: several ? 52 : 28, bottom: 4, containLabel: true },
    legend: { show: several, top: 0, left: 0, textStyle: { color: soft }, data: data.series.map((each) => each.name) },
    tooltip: tooltip((points) => said(points, data, FORMATS[data.format] ?? FORMATS.number), { trigger: "axis" }),
    xAxis: axis({ type: "category", data: data.x, boundaryGap: data.kind === "bar", axisLabel: { hideOverlap: true, formatter: named } }),
    yAxis: axis({ type: "value", ...scaled(data.format, all, data.kind === "bar") }),
    series: data.series.flatMap((each, index) => [...band(each, paints[index], index), line(each, paints[index], index, data, width)]),
  };
}
