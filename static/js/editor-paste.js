// Paste and drop: pictures are uploaded; what comes from Word or a web page stands there as plain text at once and
// becomes Markdown when the desk has read it. One undo gives the plain text back. Ctrl+Shift+V never asks the desk.
import { EditorView, StateEffect } from "../vendor/codemirror/codemirror.js";
import { isolateHistory } from "../vendor/codemirror/codemirror.js";
import { hold, held, release } from "./editor-places.js";
import { addPictures, isPicture } from "./editor-pictures.js";
import { notice } from "./editor-notices.js";
import { sent } from "./editor-posting.js";

// What plain text cannot say. A code editor's <div> and <span> say nothing more than the words.
const RICH = /<(?:h[1-6]|p|ul|ol|li|table|b|strong|i|em|a|img|blockquote|pre)[\s>]/i;
let number = 0;

async function convert(editor, html, plain) {
  const { view, words: { said } } = editor;
  const { from, to } = view.state.selection.main;
  const mark = `pasted-${number += 1}`;
  const text = plain.replace(/\r\n?/g, "\n");
  view.dispatch({
    changes: { from, to, insert: text }, selection: { anchor: from + text.length },
    effects: hold(mark, from, from + text.length), userEvent: "input.paste", scrollIntoView: true,
    annotations: isolateHistory.of("full"),
  });
  const data = new FormData();
  data.set("csrfmiddlewaretoken", editor.form.elements.csrfmiddlewaretoken.value);
  data.set("html", new Blob([html], { type: "text/html" }), "paste.html");
  const { status, json } = await sent(editor.form.dataset.paste, data);
  const place = held(view.state, mark);
  view.dispatch({ effects: release(mark) });
  if (status !== 200) {
    const why = json?.reasons?.join(" ") ?? (status === 403 ? said.session : said.offline);
    notice(editor, "said", said.not_converted.replace("{why}", why));
  } else if (view.state.doc.sliceString(place.from, place.to) === text && json.text && json.text.trim() !== text.trim()) {
    replace(editor, place, json.text);
  }
}

function replace(editor, { from, to }, markdown) {
  const { view, words: { said } } = editor;
  const line = view.state.doc.lineAt(from);
  const block = /\n/.test(markdown.trim()) || /^(?:#|[-*+] |\d+\. |\||>|!\[)/.test(markdown);
  const ahead = block && view.state.doc.sliceString(line.from, from).trim() ? "\n\n" : "";
  const insert = `${ahead}${markdown.trimEnd()}${block && view.state.doc.sliceString(to, view.state.doc.lineAt(to).to).trim() ? "\n\n" : ""}`;
  view.dispatch({
    changes: { from, to, insert }, selection: { anchor: from + insert.length },
    userEvent: "input.paste.markdown", scrollIntoView: true, annotations: isolateHistory.of("full"),
  });
  notice(editor, "said", said.pasted);
}

function take(editor, carried, position) {
  const html = carried.getData("text/html");
  const plain = carried.getData("text/plain");
  const files = [...carried.files].filter(isPicture);
  if (html && RICH.test(html) && (plain.trim() || !files.length)) {
    convert(editor, html, plain);
    return true;
  }
  if (!files.length) return false;
  addPictures(editor, files, position);
  return true;
}

export function paste(editor) {
  const handlers = EditorView.domEventHandlers({
    paste(event) {
      const taken = take(editor, event.clipboardData);
      if (taken) event.preventDefault();
      return taken;
    },
    drop(event, view) {
      if (![...event.dataTransfer.files].some(isPicture)) return false;
      event.preventDefault();
      return take(editor, event.dataTransfer, view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? undefined);
    },
  });
  editor.view.dispatch({ effects: StateEffect.appendConfig.of(handlers) });
}
