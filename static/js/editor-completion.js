// What is offered while typing: blocks after "/" at a line's start, everything there is after "[[", sections after "#".
import { pickedCompletion, startCompletion } from "../vendor/codemirror/codemirror.js";
import { insertBlock } from "./editor-commands.js";

function blocks(editor) {
  const options = editor.words.blocks.map((block, index) => ({
    label: `/${block.name}`, displayLabel: block.label, detail: block.detail, type: "keyword", boost: -index,
    apply: (view, completion, from, to) => insertBlock(view, block.text, from, to),
  }));
  return (context) => {
    const found = context.matchBefore(/^\/[\w-]*/);
    const line = context.state.doc.lineAt(context.pos);
    return found && found.from === line.from ? { from: found.from, options, validFor: /^\/[\w-]*$/ } : null;
  };
}

function written(view, completion, from, to) {
  const begun = completion.label.endsWith(":");
  const closed = view.state.doc.sliceString(to, to + 2) === "]]";
  const insert = begun ? completion.label : `${completion.label}${closed ? "" : "]]"}`;
  const anchor = from + insert.length + (closed && !begun ? 2 : 0);
  view.dispatch({ changes: { from, to, insert }, selection: { anchor }, annotations: pickedCompletion.of(completion), userEvent: "input.complete" });
  if (begun) startCompletion(view);
}

async function asked(editor, typed, signal) {
  const answer = await fetch(`${editor.form.dataset.suggest}?${new URLSearchParams({ q: typed })}`, { signal, redirect: "manual" });
  return answer.ok ? (await answer.json()).found : [];
}

function references(editor) {
  return async (context) => {
    const found = context.matchBefore(/\[\[[^[\]\n]{0,160}/);
    if (!found) return null;
    const leaving = new AbortController();
    context.addEventListener("abort", () => leaving.abort(), { onDocChange: true });
    const from = found.from + 2;
    try {
      const options = (await asked(editor, found.text.slice(2), leaving.signal)).map(({ written: label, title, sort }, index) => ({
        label, displayLabel: title, detail: sort ? `${sort} · ${label.split(":")[1]}` : label, boost: -index, apply: written,
      }));
      return { from, options, filter: false };
    } catch {
      return null; // Another key was pressed, or the desk cannot be reached: there is nothing to offer.
    }
  };
}

function anchors(editor) {
  return (context) => {
    const found = context.matchBefore(/\]\(#[^\s()]*/);
    if (!found) return null;
    const options = editor.anchors.map(({ anchor, title }, index) => ({ label: anchor, displayLabel: title, detail: `#${anchor}`, boost: -index }));
    return { from: found.from + 3, options, validFor: /^[^\s()]*$/ };
  };
}

export const sources = (editor) => [blocks(editor), references(editor), anchors(editor)];
