// <form data-search>: what is found while typing opens under the box (htmx fetches it). ↓ ↑ choose, Enter opens,
// Esc closes, c copies the link of what is chosen. The box is a combobox, the list its listbox.
import { copyLink, tellOpened } from "./search-links.js";

let boxes = 0;

function comboFor(form) {
  const input = form.querySelector("input[type=search]");
  const panel = form.querySelector("[data-search-panel]");
  const status = form.querySelector("[data-search-status]");
  const options = () => [...panel.querySelectorAll("[role=option]")];
  const chosen = () => panel.querySelector("[aria-selected=true]");
  const prefix = `search-${++boxes}`;
  panel.id = `${prefix}-panel`;

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function show(open) {
    panel.hidden = !open;
    input.setAttribute("aria-expanded", String(open && options().length > 0));
    if (!open) choose(null);
  }

  function move(step) {
    if (panel.hidden) return show(panel.childElementCount > 0);
    const all = options();
    if (!all.length) return undefined;
    const at = all.indexOf(chosen());
    const next = at < 0 && step < 0 ? all.length - 1 : at + step;
    return choose(all[next] ?? null);
  }

  function dress() {
    const list = panel.querySelector("[role=listbox]");
    if (list) list.id = `${prefix}-list`;
    options().forEach((option, place) => { option.id = `${prefix}-option-${place}`; });
    input.setAttribute("aria-controls", list ? list.id : panel.id);
    input.removeAttribute("aria-activedescendant");
    status.textContent = panel.querySelector("[data-says]")?.dataset.says ?? "";
    show(panel.childElementCount > 0 && form.contains(document.activeElement));
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => chosen()?.click(),
    Escape: () => show(false),
    c: () => copyLink(chosen(), status, form.dataset.copied),
  };

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-haspopup", "listbox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", panel.id);

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    // Only what was chosen by ↓ ↑ takes Enter and c; otherwise they belong to the box. Esc empties a closed box.
    if (["Enter", "c"].includes(event.key) && !chosen()) return;
    if (event.key === "Escape" && panel.hidden) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("input", () => {
    choose(null);
    if (!input.value.trim()) { panel.replaceChildren(); show(false); }
  });
  input.addEventListener("focus", () => show(panel.childElementCount > 0));
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) show(false); });
  form.addEventListener("submit", () => show(false));
  // A click must not take the focus from the box first: the list would be gone before it lands.
  panel.addEventListener("pointerdown", (event) => { if (!event.target.closest("a[href]")) event.preventDefault(); });
  panel.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { tellOpened(option); show(false); }
  });
  panel.addEventListener("htmx:afterSwap", dress);
}

document.querySelectorAll("[data-search]").forEach(comboFor);
