// What the buttons and keys do to the text. Each is a CodeMirror command: (view) => true, one step of undo.
import { EditorSelection, openSearchPanel, redo, snippet, startCompletion, undo } from "../vendor/codemirror/codemirror.js";

const MARKS = { bold: "**", italic: "*" };
let words = {};

// Words that stand for what is still to be written, such as "bold".
export const useWords = (said) => { words = said; };

// Around what is selected; the same again takes the marks off.
const wrap = (name) => (view) => {
  const mark = MARKS[name];
  view.dispatch(view.state.changeByRange((range) => {
    const doc = view.state.doc;
    const inside = doc.sliceString(range.from, range.to) || words[name];
    const before = doc.sliceString(range.from - mark.length, range.from);
    const after = doc.sliceString(range.to, range.to + mark.length);
    if (before === mark && after === mark && !range.empty) {
      const from = range.from - mark.length;
      return {
        changes: { from, to: range.to + mark.length, insert: inside },
        range: EditorSelection.range(from, from + inside.length),
      };
    }
    const from = range.from + mark.length;
    return {
      changes: { from: range.from, to: range.to, insert: `${mark}${inside}${mark}` },
      range: EditorSelection.range(from, from + inside.length),
    };
  }), { userEvent: "input", scrollIntoView: true });
  return true;
};

function selectedLines(state) {
  const { from, to } = state.selection.main;
  const found = [];
  for (let n = state.doc.lineAt(from).number; n <= state.doc.lineAt(to).number; n += 1) found.push(state.doc.line(n));
  return found;
}

// The start of each selected line, by a function of its text that says what stands there instead of `pattern`.
const begin = (pattern, next) => (view) => {
  const lines = selectedLines(view.state);
  const all = lines.filter((line) => line.text.trim() || lines.length === 1);
  const changes = all.map((line, index) => {
    const had = pattern.exec(line.text)?.[0] ?? "";
    return { from: line.from, to: line.from + had.length, insert: next(had, index, all) };
  });
  view.dispatch({ changes, userEvent: "input", scrollIntoView: true });
  return true;
};

const every = (lines, pattern) => lines.every((line) => pattern.test(line.text));
const BULLET = /^\s*[-*+] +/;
const NUMBER = /^\s*\d+\. +/;
const ANY = /^\s*(?:[-*+]|\d+\.) +/;

export const commands = {
  undo, redo,
  bold: wrap("bold"),
  italic: wrap("italic"),
  heading: begin(/^#{1,6} +/, (had) => ({ "": "## ", "## ": "### " }[had] ?? "")),
  list: begin(ANY, (_had, _index, lines) => (every(lines, BULLET) ? "" : "- ")),
  numbers: begin(ANY, (_had, index, lines) => (every(lines, NUMBER) ? "" : `${index + 1}. `)),
  link(view) {
    const { from, to } = view.state.selection.main;
    const inside = view.state.doc.sliceString(from, to).replace(/[\\{}$#]/g, (sign) => `\\${sign}`) || words.link;
    snippet(`[\${${inside}}](\${https://})`)(view, null, from, to);
    return true;
  },
  reference(view) {
    const { from, to } = view.state.selection.main;
    view.dispatch({ changes: { from, to, insert: "[[" }, selection: { anchor: from + 2 }, userEvent: "input" });
    view.focus();
    return startCompletion(view);
  },
  find: openSearchPanel,
};

export const formatting = [
  { key: "Mod-b", run: commands.bold, preventDefault: true },
  { key: "Mod-i", run: commands.italic, preventDefault: true },
  { key: "Mod-k", run: commands.link, preventDefault: true },
];

// A block of the "Insert" menu or of "/": on lines of its own, whatever stands around.
export function insertBlock(view, text, from, to) {
  const { doc } = view.state;
  const line = doc.lineAt(from);
  const open = line.from < from && doc.sliceString(line.from, from).trim() !== "";
  const previous = line.number > 1 ? doc.line(line.number - 1).text.trim() : "";
  const ahead = open ? "\n\n" : previous ? "\n" : "";
  const end = doc.lineAt(to);
  const rest = doc.sliceString(to, end.to).trim() !== "" || (end.number < doc.lines && doc.line(end.number + 1).text.trim() !== "");
  snippet(`${ahead}${rest ? text : text.replace(/\n$/, "")}`)(view, null, from, to);
  view.focus();
}
