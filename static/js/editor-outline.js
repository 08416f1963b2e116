// The outline: moves a section with its sub-sections by dragging, by its buttons, or by Alt ↑ and Alt ↓ on its name.
import { held, hold } from "./editor-places.js";
import { moved, step } from "./editor-sections.js";
import { positionOf } from "./editor-problems.js";

const HEADING = /^#{1,6}(?:\s|$)/;
const UNDERLINE = /^(?:={2,}|-{2,})\s*$/;

export function outline(editor) {
  const box = editor.part("outline");
  const said = editor.form.querySelector("[data-outline-said]");
  const items = () => [...box.querySelectorAll("li[data-line]")];
  let dragged = null;
  let focus = null; // the entry that was moved, by its anchor, to be focused when the new outline is there

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
    if (!about) return;
    const all = items();
    editor.anchors = all.map((item) => ({ anchor: item.dataset.anchor, title: item.querySelector("a").textContent }));
    editor.view.dispatch({ effects: all.map((item, index) => hold(`section-${index}`, positionOf(editor, Number(item.dataset.line), about))) });
    for (const item of all) {
      item.draggable = true;
      for (const button of item.querySelectorAll("[data-move]")) button.tabIndex = 0;
    }
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
    const item = event.target.closest("li[data-line]");
    if (!event.altKey || !direction || !item) return;
    event.preventDefault();
    const found = places();
    const index = items().indexOf(item);
    if (found) move(index, step(found, index, direction));
  });

  // While dragging, a line shows where the section would go: before the entry under the pointer, or after the last.
  const mark = (item, end) => {
    for (const each of items()) each.classList.remove("drop-before", "drop-after");
    item?.classList.add(end ? "drop-after" : "drop-before");
  };
  const target = (event) => {
    const all = items();
    const item = event.target.closest("li[data-line]") ?? all.at(-1);
    const area = item.getBoundingClientRect();
    return { item, index: all.indexOf(item), end: event.clientY > area.top + area.height / 2 };
  };
  box.addEventListener("dragstart", (event) => {
    const item = event.target.closest("li[data-line]");
    if (!item) return;
    dragged = items().indexOf(item);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.querySelector("a").textContent);
  });
  box.addEventListener("dragover", (event) => {
    if (dragged === null) return;
    event.preventDefault();
    const { item, end } = target(event);
    mark(item, end);
  });
  box.addEventListener("drop", (event) => {
    if (dragged === null) return;
    event.preventDefault();
    const { index, end } = target(event);
    const found = places();
    if (found) move(dragged, end ? index + 1 : index);
  });
  box.addEventListener("dragend", () => { dragged = null; mark(null); });
}
