// Moving a section of a text with all its sub-sections. Pure: text and headings in, one replacement out.
// places: [{ from, level }] in the order of the text: where each heading begins, and how deep it is.

// Where the section at `index` ends together with its sub-sections, as an index into `places`.
export function after(places, index) {
  const found = places.findIndex((place, at) => at > index && place.level <= places[index].level);
  return found < 0 ? places.length : found;
}

// The index a section may move before, one step up or down among its brothers; null at the end of its part.
export function step(places, index, direction) {
  const { level } = places[index];
  if (direction === "up") {
    for (let at = index - 1; at >= 0 && places[at].level >= level; at -= 1) if (places[at].level === level) return at;
    return null;
  }
  const next = after(places, index);
  return next < places.length && places[next].level === level ? after(places, next) : null;
}

const ending = (text) => /\n*$/.exec(text)[0];
const underlined = (text) => !text.startsWith("#");

// { from, to, insert, at }: what to replace with what, and where the section then begins; null when it stays where it is.
// Words stay as they are; the blank lines between sections stay where they are, so that the last one needs no line end.
export function moved(text, places, index, before) {
  const last = after(places, index);
  if (before >= index && before <= last) return null;
  const position = (at) => (at < places.length ? places[at].from : text.length);
  const up = before < index;
  const from = up ? position(before) : position(index);
  const middle = up ? position(index) : position(last);
  const to = up ? position(last) : position(before);
  const [first, second] = [text.slice(from, middle), text.slice(middle, to)];
  const [firstEnd, secondEnd] = [ending(first), ending(second)];
  const [one, two] = [first.slice(0, first.length - firstEnd.length), second.slice(0, second.length - secondEnd.length)];
  // An underlined heading needs a blank line before it, or it is taken for the paragraph above.
  const between = underlined(one) && firstEnd.length < 2 ? "\n\n" : firstEnd || "\n";
  const ahead = underlined(two) && from > 0 && !text.slice(0, from).endsWith("\n\n") ? "\n" : "";
  const insert = `${ahead}${two}${between}${one}${secondEnd}`;
  return { from, to, insert, at: up ? from + ahead.length : from + ahead.length + two.length + between.length };
}
