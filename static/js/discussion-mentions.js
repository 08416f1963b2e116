// <textarea data-mentions="/people">: after @ the people who may read changes are offered. ↓ ↑ choose, Enter or Tab
// takes one, Escape leaves it. The list is a listbox of the field.

const WORD = /(^|[^\w@.])@([\p{L}\d.'’-]+(?: [\p{L}\d.'’-]*)?)$/u;
const list = document.createElement("ul");
list.className = "mention-list dropdown-menu";
list.id = "mention-list";
list.setAttribute("role", "listbox");
let area = null;
let asked = 0;

const options = () => [...list.querySelectorAll("[role=option]")];
const current = () => list.querySelector("[aria-selected=true]");

function close() {
  list.remove();
  area?.removeAttribute("aria-activedescendant");
  area?.removeAttribute("aria-controls");
}

function choose(option) {
  current()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) area.setAttribute("aria-activedescendant", option.id);
}

function take(option) {
  const start = area.value.slice(0, area.selectionStart);
  const match = WORD.exec(start);
  if (match) {
    const at = match.index + match[1].length;
    area.setRangeText(`@${option.dataset.write} `, at, area.selectionStart, "end");
  }
  close();
  area.focus();
}

function show(people) {
  if (!people.length) { close(); return; }
  list.replaceChildren(...people.map(({ name, write }, place) => {
    const option = document.createElement("li");
    option.id = `mention-${place}`;
    option.className = "dropdown-item";
    option.setAttribute("role", "option");
    option.setAttribute("dir", "auto");
    option.dataset.write = write;
    option.textContent = name === write ? name : `${name} (${write})`;
    return option;
  }));
  list.setAttribute("aria-label", area.labels[0]?.textContent.trim() ?? area.name);
  area.closest("form").append(list);
  area.setAttribute("aria-controls", list.id);
  const box = area.getBoundingClientRect();
  const outer = list.offsetParent?.getBoundingClientRect() ?? { top: 0, left: 0 };
  list.style.insetBlockStart = `${box.bottom - outer.top + 2}px`;
  choose(options()[0]);
}

async function ask(field) {
  const match = WORD.exec(field.value.slice(0, field.selectionStart));
  if (!match) { close(); return; }
  area = field;
  const number = ++asked;
  const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(match[2].trimEnd())}`).catch(() => null);
  if (!answer?.ok || number !== asked || document.activeElement !== field) return;
  show((await answer.json()).people);
}

document.addEventListener("input", (event) => { if (event.target.matches("textarea[data-mentions]")) ask(event.target); });
document.addEventListener("focusout", (event) => { if (event.target === area) setTimeout(() => { if (document.activeElement !== area) close(); }, 150); });
list.addEventListener("pointerdown", (event) => { event.preventDefault(); const option = event.target.closest("[role=option]"); if (option) take(option); });

document.addEventListener("keydown", (event) => {
  if (!list.isConnected || event.target !== area || event.isComposing) return;
  const all = options();
  const at = all.indexOf(current());
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (moves[event.key]) choose(all[(at + moves[event.key] + all.length) % all.length]);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(current());
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
