// The editor itself: CodeMirror over the textarea, which stays the form's field.
// Returns `editor`: { form, words, field, view, text(), part(name), and to listen: changed, answered, saved }.
import {
  EditorState, EditorView, autocompletion, completionKeymap, defaultKeymap, deleteMarkupBackward, drawSelection, dropCursor,
  highlightSelectionMatches, highlightSpecialChars, history, historyKeymap, indentLess, indentMore, indentUnit,
  insertNewlineContinueMarkup, keymap, lineNumbers, lintGutter, search, searchKeymap, sopMarkdown,
} from "../vendor/codemirror/codemirror.js";
import { sources } from "./editor-completion.js";
import { formatting } from "./editor-commands.js";
import { directions } from "./editor-directions.js";
import { places } from "./editor-places.js";

const PAUSE = 200;

function base(form, words) {
  const listeners = { changed: new Set(), answered: new Set(), saved: new Set() };
  const field = form.querySelector("textarea[name=body]");
  return {
    form, words, field, view: null,
    text: () => field.value,
    changed: (listener) => listeners.changed.add(listener),
    answered: (listener) => listeners.answered.add(listener),
    saved: (listener) => listeners.saved.add(listener),
    tell: (name, ...about) => { for (const listener of listeners[name]) listener(...about); },
    part: (name) => document.querySelector(`[data-part="${name}"]`),
    anchors: [],
  };
}

// A draft that may only be read keeps its textarea.
export function readerOnly(form, words) {
  return base(form, words);
}

function named(editor) {
  const label = document.getElementById("body-label");
  label.removeAttribute("for");
  label.addEventListener("click", () => editor.view.focus());
  return {
    "aria-labelledby": label.id, "aria-describedby": "editor-leave", "aria-multiline": "true", tabindex: "0",
    spellcheck: "true", autocorrect: "on", autocapitalize: "sentences", lang: editor.field.lang,
    ...(editor.field.getAttribute("aria-invalid") ? { "aria-invalid": "true" } : {}),
  };
}

// What is typed over a selection is put in by us: the browser, doing so across lines, makes elements with inline styles,
// which our Content-Security-Policy reports.
function selected(view) {
  const { main } = view.state.selection;
  const shown = document.getSelection();
  if (!main.empty || shown.isCollapsed || !view.contentDOM.contains(shown.anchorNode)) return [main.from, main.to];
  const ends = [view.posAtDOM(shown.anchorNode, shown.anchorOffset), view.posAtDOM(shown.focusNode, shown.focusOffset)];
  return ends.sort((one, other) => one - other);
}

const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const typed = event.inputType === "insertText" && event.data !== null && event.cancelable && !event.isComposing && !view.composing;
    const [from, to] = selected(view);
    if (!typed || from === to || view.state.selection.ranges.length > 1) return false;
    event.preventDefault();
    view.dispatch({
      changes: { from, to, insert: event.data }, selection: { anchor: from + event.data.length }, userEvent: "input.type", scrollIntoView: true,
    });
    return true;
  },
});

function extensions(editor) {
  const nonce = document.querySelector("[data-editor-nonce]").nonce;
  return [
    nonce ? EditorView.cspNonce.of(nonce) : [],
    EditorState.phrases.of(editor.words.phrases),
    EditorView.contentAttributes.of(named(editor)),
    EditorView.lineWrapping, lineNumbers(), lintGutter({ hoverTime: 200 }),
    history({ newGroupDelay: 700 }), drawSelection(), dropCursor(), highlightSpecialChars(), highlightSelectionMatches(),
    search({ top: true }), indentUnit.of("    "), sopMarkdown, directions, places, typedOver,
    autocompletion({ override: sources(editor), activateOnTypingDelay: 120, icons: false }),
    keymap.of([
      ...formatting, ...completionKeymap,
      { key: "Enter", run: insertNewlineContinueMarkup }, { key: "Backspace", run: deleteMarkupBackward },
      ...searchKeymap, ...historyKeymap, ...defaultKeymap,
      { key: "Tab", run: indentMore, shift: indentLess },
    ]),
    EditorView.updateListener.of((update) => { if (update.docChanged) editor.tell("changed", update); }),
  ];
}

// The field holds what is typed as soon as typing pauses: writing a long text into it takes longer than a key may.
// Whatever is sent is the text as it stands.
function inStep(editor) {
  const { form, field, view } = editor;
  let timer = 0;
  editor.text = () => view.state.doc.toString();
  const write = () => { clearTimeout(timer); field.value = editor.text(); };
  editor.changed(() => { clearTimeout(timer); timer = setTimeout(write, PAUSE); });
  form.addEventListener("formdata", (event) => event.formData.set(field.name, editor.text()));
  window.addEventListener("pagehide", write);
  write();
}

export function mount(form, words) {
  const editor = base(form, words);
  const box = document.createElement("div");
  box.className = `editor-box${editor.field.classList.contains("is-invalid") ? " is-invalid" : ""}`;
  editor.field.after(box);
  const typed = editor.field.value;
  const sent = form.hasAttribute("data-unsaved") ? typed : editor.field.defaultValue;
  editor.view = new EditorView({ doc: sent, extensions: extensions(editor), parent: box });
  editor.field.hidden = true;
  inStep(editor);
  // What was typed before this file came is typed again once all is listening: else nobody would save or show it.
  editor.begin = () => {
    if (typed !== editor.text()) editor.view.dispatch({ changes: { from: 0, to: editor.view.state.doc.length, insert: typed } });
  };
  // A link to the field leads to what stands over it.
  if (editor.field.hasAttribute("aria-invalid")) editor.view.focus();
  document.addEventListener("click", (event) => {
    if (event.target.closest(`a[href="#${editor.field.id}"]:not([data-goto])`)) { event.preventDefault(); editor.view.focus(); }
  });
  document.querySelector("[data-leave]").hidden = false;
  return editor;
}
