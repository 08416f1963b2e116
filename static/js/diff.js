// From change to change: [data-diff-jump] of the first difference on a page, its [data-diff-step] buttons, and the keys
// n and p outside a field. Changes are [data-change]; a folded part that holds one is opened on the way.
const changes = [...document.querySelectorAll("[data-diff] [data-change]")];
const jump = document.querySelector("[data-diff-jump]");
let at = -1;

const typing = (element) => element.closest("input, textarea, select, [contenteditable=true], .cm-editor");
const hidden = (element) => element.closest("details:not([open])");

function say() {
  const place = jump.querySelector("[data-diff-place]");
  place.textContent = at < 0 ? place.dataset.all : place.dataset.of.replace("%(n)s", at + 1).replace("%(all)s", changes.length);
}

function go(step) {
  changes[at]?.classList.remove("is-here");
  at = (at < 0 ? (step > 0 ? 0 : changes.length - 1) : at + step + changes.length) % changes.length;
  const change = changes[at];
  for (let fold = hidden(change); fold; fold = hidden(change)) fold.open = true;
  change.classList.add("is-here");
  change.tabIndex = -1;
  change.focus({ preventScroll: true });
  change.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  say();
}

if (jump && changes.length > 1) {
  const place = jump.querySelector("[data-diff-place]");
  place.dataset.all = place.dataset.all.replace("%(all)s", changes.length);
  jump.hidden = false;
  say();
  jump.addEventListener("click", (event) => {
    const button = event.target.closest("[data-diff-step]");
    if (button) go(Number(button.dataset.diffStep));
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "n" || event.key === "p") {
      event.preventDefault();
      go(event.key === "n" ? 1 : -1);
    }
  });
}
