// Things in two measures and a size: { names: { x, y, size }, series: [{ name, colour, symbol, points: [{ name, x, y, size }] }] }.
// y and size are shares. What a series is shows by its shape as well as by its colour.
import { axis, colour, FORMATS, font, frame, tooltip } from "./chart-paper.js";

const [SMALL, LARGE, NAMED, NAME] = [10, 34, 8, 190];

// The points that matter most are named, unless a name stands there already.
function chosen(points, widest, highest, width) {
  const most = [...points].sort((one, other) => other.x * other.y * other.size - one.x * one.y * one.size);
  const room = (NAME / width) * widest; // what a name takes of the axis
  return most.slice(0, NAMED).reduce((named, point) => {
    const near = [...named].some((other) => Math.abs(other.x - point.x) < room && Math.abs(other.y - point.y) < highest / 10);
    return near ? named : named.add(point);
  }, new Set());
}

export function scatter(data, width) {
  const all = data.series.flatMap((series) => series.points);
  const most = Math.max(...all.map((point) => point.size), 0.0001);
  const [widest, highest] = [Math.max(...all.map((point) => point.x), 1), Math.max(...all.map((point) => point.y), 0.01)];
  const named = chosen(all, widest, highest, width);
  const soft = colour("--ink-soft");
  const size = (value) => SMALL + (LARGE - SMALL) * Math.sqrt(value[2] / most);
  return {
    ...frame(),
    grid: { left: 8, right: 28, top: width < 500 ? 104 : 72, bottom: 24, containLabel: true },
    legend: { top: 0, itemWidth: 14, textStyle: { color: soft }, data: data.series.map((series) => series.name) },
    tooltip: tooltip((point) => [
      `${point.name}  (${point.seriesName})`,
      `${data.names.x}  ${FORMATS.number(point.value[0])}`,
      `${data.names.y}  ${FORMATS.percent(point.value[1])}`,
      `${data.names.size}  ${FORMATS.percent(point.value[2])}`,
    ].join("\n"), { trigger: "item" }),
    xAxis: axis({ type: "value", name: data.names.x, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: soft, fontFamily: font() } }),
    yAxis: axis({ type: "value", scale: true, name: data.names.y, nameLocation: "end", nameTextStyle: { color: soft, fontFamily: font(), align: "left" }, axisLabel: { formatter: FORMATS.percent } }),
    series: data.series.map((series) => ({
      type: "scatter", name: series.name, symbol: series.symbol, symbolSize: size,
      itemStyle: { color: colour(series.colour), opacity: 0.8, borderColor: colour("--surface"), borderWidth: 1 },
      data: series.points.map((point) => ({
        name: point.name, value: [point.x, point.y, point.size],
        label: { show: named.has(point), formatter: "{b}", position: point.x > widest * 0.8 ? "left" : "right", color: colour("--ink"), fontFamily: font(), fontSize: 11 },
      })),
    })),
  };
}
