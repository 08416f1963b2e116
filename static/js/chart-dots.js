// Lines of a table as dots with their intervals, or bars where they are counts; a hollow ring is what they are compared with.
import { axis, colour, FORMATS, frame, scaled, tooltip } from "./chart-paper.js";

const ROW = 32;
const EDGES = 56;
const NAME_LINE = 22;
const LINES = 3; // names take half of the room

// A name in two lines at most; the tooltip and the table have the whole of it.
function twoLines(name) {
  const [first, second] = [[], []];
  for (const word of name.split(" ")) {
    (second.length || [...first, word].join(" ").length > NAME_LINE ? second : first).push(word);
  }
  const lines = [first.join(" "), second.join(" ")].filter(Boolean);
  return lines.map((line) => (line.length > NAME_LINE + 4 ? `${line.slice(0, NAME_LINE + 3)}…` : line)).join("\n");
}

// One line with two ends from low to high, at the height of its row.
function whisker(paint) {
  return (_params, api) => {
    const row = api.value(0);
    const [from, to] = [api.coord([api.value(1), row]), api.coord([api.value(2), row])];
    if (!Number.isFinite(api.value(1))) return null;
    const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: paint, lineWidth: 1.5 } });
    return { type: "group", children: [
      line(from[0], from[1], to[0], to[1]), line(from[0], from[1] - 4, from[0], from[1] + 4), line(to[0], to[1] - 4, to[0], to[1] + 4),
    ] };
  };
}

export const dotsHeight = (data) => EDGES + ROW * data.names.length;

export function dots(data) {
  const [accent, soft] = [colour("--accent"), colour("--ink-soft")];
  const format = FORMATS[data.format] ?? FORMATS.number;
  const along = scaled(data.format, [...data.values, ...data.low, ...data.high, ...data.others], data.kind === "bar", LINES);
  const ends = data.low.map((low, row) => [row, low, data.high[row]]).filter(([, low]) => low !== null);
  const main = data.kind === "bar"
    ? { type: "bar", data: data.values, barMaxWidth: 14, itemStyle: { color: accent, borderRadius: [0, 2, 2, 0] } }
    : { type: "scatter", data: data.values.map((value, row) => [value, row]), symbolSize: 9, itemStyle: { color: accent } };
  return {
    ...frame(),
    grid: { left: 4, right: 20, top: 8, bottom: 4, containLabel: true },
    tooltip: tooltip((point) => {
      const row = point.dataIndex;
      const interval = data.low[row] === null ? "" : `  (${format(data.low[row])} – ${format(data.high[row])})`;
      return `${data.names[row]}\n${format(data.values[row])}${interval}`;
    }, { trigger: "item" }),
    xAxis: axis({ type: "value", ...along, axisLabel: { ...along.axisLabel, hideOverlap: true } }),
    yAxis: axis({ type: "category", inverse: true, data: data.names, splitLine: { show: false }, axisLabel: { formatter: twoLines, interval: 0, lineHeight: 13, fontSize: 11 } }),
    series: [
      { type: "custom", renderItem: whisker(accent), data: ends, encode: { x: [1, 2], y: 0 }, silent: true, z: 2 },
      { type: "scatter", silent: true, symbolSize: 8, z: 1, itemStyle: { color: "transparent", borderColor: soft, borderWidth: 1.5 },
        data: data.others.map((value, row) => [value, row]).filter(([value]) => value !== null) },
      { ...main, cursor: "default", z: 3 },
    ],
  };
}
