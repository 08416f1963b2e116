// Bars on their side, one on the other; a colour that comes again gets fainter, and has an edge.
import { axis, colour, FORMATS, frame, tooltip } from "./chart-paper.js";

const SHADES = [1, 0.75, 0.55, 0.4];

export function stacked(data) {
  const surface = colour("--surface");
  const used = {};
  const series = data.series.map((each) => {
    const shade = SHADES[SHADES.length - 1 - Math.min(used[each.colour] = (used[each.colour] ?? -1) + 1, SHADES.length - 1)];
    const alone = data.series.filter((other) => other.colour === each.colour).length === 1;
    return { name: each.name, type: "bar", stack: "all", data: each.values, barMaxWidth: 22,
      itemStyle: { color: colour(each.colour), opacity: alone ? 0.85 : shade, borderColor: surface, borderWidth: 1 } };
  });
  return {
    ...frame(),
    grid: { left: 8, right: 24, top: 76, bottom: 4, containLabel: true },
    legend: { top: 0, itemWidth: 16, itemGap: 10, textStyle: { color: colour("--ink-soft") } },
    tooltip: tooltip((points) => [points[0].axisValue, ...points.filter((point) => point.value)
      .map((point) => `${point.seriesName}  ${FORMATS.number(point.value)}`)].join("\n"), { trigger: "axis", axisPointer: { type: "shadow" } }),
    xAxis: axis({ type: "value", minInterval: 1 }),
    yAxis: axis({ type: "category", inverse: true, data: data.x, axisLabel: { width: 150, overflow: "truncate" } }),
    series,
  };
}
