// Axes in the unit that people read: durations tick in seconds, minutes, hours or days, at round values of that unit.
// The desk writes days first ("1 Oct"), also in English.
export const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const number = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });
const days = new Intl.NumberFormat(LANGUAGE, { style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 1 });

// A unit is read from twice its size on: 90 s, but 2 min; 36 h, but 2 days. Between two lines of the grid lies one of its steps.
const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const UNITS = [
  { size: DAY, from: 2 * DAY, steps: [0.5, 1, 2, 5, 10, 20, 30, 60, 90, 180, 365], say: (value) => days.format(value) },
  { size: HOUR, from: 2 * HOUR, steps: [0.5, 1, 2, 3, 6, 12], say: (value) => `${number.format(value)}\u202fh` },
  { size: MINUTE, from: 2 * MINUTE, steps: [0.5, 1, 2, 5, 10, 15, 30], say: (value) => `${number.format(value)}\u202fmin` },
  { size: 1, from: 0, steps: [1, 2, 5, 10, 15, 30], say: (value) => `${number.format(value)}\u202fs` },
];
const LINES = 6;
export const ROUND_TIMES = [10, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

export const roundNumber = (value) => number.format(value);
export const roundShare = (value) => `${fine.format(value * 100)}\u202f%`;

// One of ROUND_TIMES, each in its own unit.
export function roundTime(value) {
  const unit = UNITS.find(({ size }) => value >= size) ?? UNITS.at(-1);
  return unit.say(value / unit.size);
}

// What an axis of these values needs: for durations round ends and steps, in one unit; else only how its labels are written.
export function scaled(format, values, fromZero, lines = LINES) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (format !== "duration" || !known.length) {
    return { scale: !fromZero, splitNumber: lines, axisLabel: { formatter: format === "percent" ? roundShare : roundNumber } };
  }
  const [low, high] = [fromZero ? 0 : Math.min(...known), Math.max(...known)];
  const { size, steps, say } = UNITS.find(({ from }) => high >= from) ?? UNITS.at(-1);
  const [from, to] = [low / size, high / size];
  const step = steps.find((each) => each >= (to - from) / lines) ?? steps.at(-1) * Math.ceil((to - from) / lines / steps.at(-1));
  const min = Math.floor(from / step) * step;
  const max = Math.max(Math.ceil(to / step) * step, min + step);
  const label = (value) => (value === 0 ? "0" : say(value / size));
  return { min: min * size, max: max * size, interval: step * size, axisLabel: { formatter: label } };
}
