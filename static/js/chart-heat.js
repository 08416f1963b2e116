// A grid of cells, each as dark as its value is large; the value stands in the cell's tooltip and in the table below.
import { axis, colour, FORMATS, frame, tooltip } from "./chart-paper.js";

export function heat(data) {
  const most = Math.max(1, ...data.cells.map((cell) => cell[2]));
  return {
    ...frame(),
    grid: { left: 4, right: 8, top: 4, bottom: 40, containLabel: true },
    tooltip: tooltip((point) => `${data.y[point.value[1]]} ${data.x[point.value[0]]}\n${FORMATS.number(point.value[2])}`, { trigger: "item" }),
    xAxis: axis({ type: "category", data: data.x, splitArea: { show: false }, splitLine: { show: false }, axisLabel: { hideOverlap: true } }),
    yAxis: axis({ type: "category", inverse: true, data: data.y, splitLine: { show: false } }),
    visualMap: { min: 0, max: most, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 10,
      textStyle: { color: colour("--ink-soft") }, text: [FORMATS.number(most), "0"],
      inRange: { color: [colour("--accent-tint"), colour("--accent")] } },
    series: [{ type: "heatmap", data: data.cells, itemStyle: { borderColor: colour("--surface"), borderWidth: 2, borderRadius: 3 } }],
  };
}
