// Problems stand in the list below the text; here they go into the margin too, and a click leads to the line.
import { EditorView, setDiagnostics } from "../vendor/codemirror/codemirror.js";

export function goTo(editor, position) {
  const { view } = editor;
  view.dispatch({ selection: { anchor: position }, effects: EditorView.scrollIntoView(position, { y: "start", yMargin: 24 }) });
  view.focus();
}

// Where a line of the text that was asked about is now.
export function positionOf(editor, line, about) {
  const { doc, changes } = about;
  const from = doc.line(Math.min(Math.max(1, line), doc.lines)).from;
  return changes ? changes.mapPos(from, 1) : from;
}

export function problems(editor) {
  let about = null;

  function mark() {
    const found = [...editor.part("problems").querySelectorAll("[data-problem]")].filter((item) => Number(item.dataset.problem));
    const { doc } = editor.view.state;
    const diagnostics = found.map((item) => {
      const line = doc.lineAt(positionOf(editor, Number(item.dataset.problem), about));
      return { from: line.from, to: line.to, severity: item.dataset.severity, message: item.querySelector("[data-message]").textContent };
    });
    editor.view.dispatch(setDiagnostics(editor.view.state, diagnostics.sort((one, other) => one.from - other.from)));
  }

  editor.answered((answer) => {
    if (!editor.view) return;
    const first = !about;
    about = answer;
    mark();
    // Other pages lead to a line by ?line=12.
    const line = Number(new URLSearchParams(window.location.search).get("line"));
    if (first && line) goTo(editor, positionOf(editor, line, about));
  });
  // The list is of the last answer; what was typed since moves its lines.
  editor.changed((update) => {
    if (about) about = { doc: about.doc, changes: about.changes ? about.changes.compose(update.changes) : update.changes };
  });
  // Threads that stand below the form lead to their lines, too.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (!link) return;
    event.preventDefault();
    editor.show?.("text");
    if (editor.view && about) goTo(editor, positionOf(editor, Number(link.dataset.goto), about));
    const anchor = link.closest("[data-anchor]")?.dataset.anchor;
    const box = editor.part("preview");
    const heading = anchor && box.querySelector(`[id="${CSS.escape(anchor)}"]`);
    if (heading) box.scrollTop += heading.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
  });
}
