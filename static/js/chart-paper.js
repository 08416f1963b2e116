// What every chart shares: the page's colours, how figures are written, the frame of its options.
import { LANGUAGE } from "./chart-units.js";

export { ROUND_TIMES, roundTime, scaled } from "./chart-units.js";

const number = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const weekday = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" });

export const day = (value) => weekday.format(new Date(value));

function clock(seconds) {
  const whole = Math.round(seconds);
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours >= 48) return `${Math.floor(hours / 24)}\u202fd ${hours % 24}\u202fh`;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export const FORMATS = {
  percent: (value) => `${number.format(value * 100)}\u202f%`,
  duration: clock,
  number: (value) => number.format(value),
};

export function colour(name) {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.color = `var(${name})`;
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export const font = () => getComputedStyle(document.body).fontFamily;

export const tooltip = (formatter, more = {}) => ({
  renderMode: "richText", confine: true, backgroundColor: colour("--surface"), borderColor: colour("--line-strong"),
  textStyle: { color: colour("--ink"), fontFamily: font() }, formatter, ...more,
});

export const axis = (more = {}) => ({
  axisLine: { lineStyle: { color: colour("--line") } }, axisTick: { show: false },
  splitLine: { lineStyle: { color: colour("--line") } }, ...more,
  axisLabel: { color: colour("--ink-soft"), ...more.axisLabel },
});

export const frame = () => ({ animation: false, textStyle: { fontFamily: font() } });
