// The share still waiting, step by step (Kaplan–Meier), on a scale of time that is logarithmic; a line at one half.
import { axis, colour, FORMATS, frame, ROUND_TIMES, roundTime, tooltip } from "./chart-paper.js";

const stair = { type: "line", step: "end", symbol: "none" };

function curve(series, paint, xs) {
  const pairs = (values) => xs.map((x, at) => [x, values[at]]);
  const gap = series.high.map((high, at) => high - series.low[at]);
  const hidden = { ...stair, silent: true, lineStyle: { opacity: 0 }, stack: `${series.name}-band`, stackStrategy: "all" };
  return [
    { ...hidden, name: `${series.name}-low`, data: pairs(series.low) },
    { ...hidden, name: `${series.name}-high`, data: pairs(gap), areaStyle: { color: paint, opacity: 0.16 } },
    { ...stair, name: series.name, data: pairs(series.values), lineStyle: { color: paint, width: 2 }, itemStyle: { color: paint }, z: 3 },
  ];
}

export function steps(data) {
  const soft = colour("--ink-soft");
  const times = ROUND_TIMES.filter((each) => each >= data.x[0] && each <= data.x.at(-1));
  const series = data.series.flatMap((each) => curve(each, colour("--accent"), data.x));
  series.at(-1).markLine = { symbol: "none", silent: true, label: { show: false }, lineStyle: { color: soft, type: "dotted" }, data: [{ yAxis: 0.5 }] };
  return {
    ...frame(),
    grid: { left: 8, right: 24, top: 16, bottom: 4, containLabel: true },
    tooltip: tooltip((points) => {
      const at = points[0].dataIndex;
      const { name, values, low, high } = data.series[0];
      return `${FORMATS.duration(data.x[at])}\n${name}  ${FORMATS.percent(values[at])}  (${FORMATS.percent(low[at])} – ${FORMATS.percent(high[at])})`;
    }, { trigger: "axis" }),
    xAxis: axis({ type: "log", min: "dataMin", max: "dataMax", axisTick: { show: false, customValues: times },
      axisLabel: { formatter: roundTime, customValues: times, hideOverlap: true } }),
    yAxis: axis({ type: "value", min: 0, max: 1, axisLabel: { formatter: FORMATS.percent } }),
    series,
  };
}
