// What is typed and not stored yet is kept in this tab, and offered when the page comes back without it.
import { notice, withdraw } from "./editor-notices.js";

const PAUSE = 400;

export function kept(editor) {
  const { form, words: { said } } = editor;
  const name = `draft-${form.dataset.item}`;
  let timer = 0;

  const read = () => {
    try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; }
  };
  const write = () => {
    clearTimeout(timer);
    if (!editor.isDirty()) return sessionStorage.removeItem(name);
    try {
      sessionStorage.setItem(name, JSON.stringify({ body: editor.text(), at: Date.now() }));
    } catch {
      // The store is full or forbidden: saving to the desk does not depend on it.
    }
    return undefined;
  };

  const before = read();
  if (before && before.body !== editor.text()) {
    const time = new Date(before.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    notice(editor, "kept", said.kept.replace("{time}", time), {
      yes: () => {
        const { view } = editor;
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: before.body }, userEvent: "input.kept" });
        view.focus();
      },
      no: () => sessionStorage.removeItem(name),
    });
  } else sessionStorage.removeItem(name);

  editor.changed(() => { clearTimeout(timer); timer = setTimeout(write, PAUSE); });
  editor.saved(() => { withdraw(editor, "kept"); write(); });
  window.addEventListener("pagehide", () => { if (editor.isDirty()) write(); });
}
