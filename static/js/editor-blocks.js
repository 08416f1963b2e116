// The toolbar's "Insert": each entry puts its block where the cursor is.
import { insertBlock } from "./editor-commands.js";

export function blocks(editor) {
  const menu = editor.form.querySelector("[data-toolbar] details");
  const texts = new Map(editor.words.blocks.map((block) => [block.name, block.text]));
  const insert = (name) => {
    const { to } = editor.view.state.selection.main; // what is selected stays
    insertBlock(editor.view, texts.get(name), to, to);
  };
  menu.addEventListener("click", (event) => {
    const entry = event.target.closest("[data-block]");
    if (!entry) return;
    menu.open = false;
    insert(entry.dataset.block);
  });
  menu.addEventListener("keydown", (event) => {
    const entries = [...menu.querySelectorAll("[data-block]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    menu.open = true;
    entries.at((entries.indexOf(event.target) + step + (event.target.matches("summary") && step < 0 ? 1 : 0)) % entries.length).focus();
  });
  editor.form.querySelector("[data-do=table]").addEventListener("click", () => insert("table"));
}
