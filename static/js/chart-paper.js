// What every chart shares: the page's colours, how figures are written, the frame of its options.
// The desk writes days first ("1 Oct"), also in English.
const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
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

// Durations are read in seconds, minutes, hours and days, not in tens: between two lines of the grid lies one of these.
const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const STEPS = [
  1, 2, 5, 10, 15, 30, ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE), ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 5, 10, 20, 30, 60, 90, 180, 365].map((each) => each * DAY),
];
const LINES = 6;
export const ROUND_TIMES = [10, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

function inUnit(value, fine) {
  if (value === 0) return "0";
  const [size, unit] = fine >= DAY ? [DAY, "d"] : fine >= HOUR ? [HOUR, "h"] : fine >= MINUTE ? [MINUTE, "min"] : [1, "s"];
  return `${number.format(value / size)}\u202f${unit}`;
}

// One of ROUND_TIMES, each in its own unit.
export const roundTime = (value) => inUnit(value, value);

// What an axis of these values needs: for durations round ends and steps, in one unit; else only how its labels are written.
export function scaled(format, values, fromZero) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (format !== "duration" || !known.length) return { scale: !fromZero, axisLabel: { formatter: FORMATS[format] ?? FORMATS.number } };
  const [low, high] = [fromZero ? 0 : Math.min(...known), Math.max(...known)];
  const step = STEPS.find((each) => each >= (high - low) / LINES) ?? STEPS.at(-1);
  const [min, max] = [Math.floor(low / step) * step, Math.max(Math.ceil(high / step) * step, Math.floor(low / step) * step + step)];
  return { min, max, interval: step, axisLabel: { formatter: (value) => inUnit(value, step) } };
}

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
