// The outline: one stop for Tab, arrow keys within it; moves a section with its sub-sections by dragging, by its buttons,
// or by Alt ↑ and Alt ↓ on its name.
import { dragging } from "./editor-dragging.js";
import { held, hold } from "./editor-places.js";
import { moved, step } from "./editor-sections.js";
import { positionOf } from "./editor-problems.js";

const HEADING = /^#{1,6}(?:\s|$)/;
const UNDERLINE = /^(?:={2,}|-{2,})\s*$/;

export function outline(editor) {
  const box = editor.part("outline");
  const said = editor.form.querySelector("[data-outline-said]");
  const items = () => [...box.querySelectorAll("li[data-line]")];
  let here = ""; // the entry that Tab leads to, by its anchor
  let focus = null; // the entry that was moved, by its anchor, to be focused when the new outline is there

  function stop(at) {
    here = at?.dataset.anchor ?? "";
    for (const item of items()) for (const each of item.querySelectorAll("a, button")) each.tabIndex = item === at ? 0 : -1;
  }

  // Where the headings are now; null when the text no longer has one there and a newer outline is on its way.
  function places() {
    const { state } = editor.view;
    const found = items().map((item, index) => ({ from: held(state, `section-${index}`)?.from ?? -1, level: Number(item.dataset.level) }));
    const stand = found.every(({ from }, index) => {
      if (from < 0 || from > state.doc.length || (index && from <= found[index - 1].from)) return false;
      const line = state.doc.lineAt(from);
      const next = line.number < state.doc.lines ? state.doc.line(line.number + 1).text : "";
      return line.from === from && (HEADING.test(line.text) || UNDERLINE.test(next));
    });
    return stand ? found : null;
  }

  function move(index, before) {
    const found = places();
    const change = found && before !== null && moved(editor.view.state.doc.toString(), found, index, before);
    const item = items()[index];
    const title = item.querySelector("a").textContent;
    said.textContent = (change ? editor.words.said.moved : editor.words.said.cannot_move).replace("{title}", title);
    if (!change) return;
    focus = item.contains(document.activeElement) ? { anchor: item.dataset.anchor, button: document.activeElement.dataset.move } : null;
    const { from, to, insert, at } = change;
    editor.view.dispatch({ changes: { from, to, insert }, selection: { anchor: at }, scrollIntoView: true, userEvent: "move.section" });
    editor.askAgain();
  }

  editor.answered((about) => {
    const all = items();
    editor.anchors = all.map((item) => ({ anchor: item.dataset.anchor, title: item.querySelector("a").textContent }));
    editor.view.dispatch({ effects: all.map((item, index) => hold(`section-${index}`, positionOf(editor, Number(item.dataset.line), about))) });
    for (const item of all) item.draggable = true;
    stop(all.find((item) => item.dataset.anchor === here) ?? all[0]);
    const again = focus && all.find((item) => item.dataset.anchor === focus.anchor);
    if (again) (focus.button ? again.querySelector(`[data-move=${focus.button}]`) : again.querySelector("a")).focus();
    focus = null;
  });

  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const index = items().indexOf(button.closest("li"));
    const found = places();
    if (found) move(index, step(found, index, button.dataset.move));
  });
  box.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const all = items();
    const index = all.indexOf(event.target.closest("li[data-line]"));
    if (!direction || index < 0) return;
    event.preventDefault();
    if (event.altKey) {
      const found = places();
      if (found) move(index, step(found, index, direction));
    } else all[index + (direction === "up" ? -1 : 1)]?.querySelector("a").focus();
  });

  box.addEventListener("focusin", (event) => stop(event.target.closest("li[data-line]")));
  dragging(box, items, (index, before) => { if (places()) move(index, before); });
}
