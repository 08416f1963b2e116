// Forms of a discussion: a form that arrives takes the focus, Ctrl+Enter (⌘Enter) in [data-send] sends it, Escape or
// [data-talk-cancel] takes it away again. What was posted gets the focus, so that it is read out.
const before = new Map();
const keyOf = (talk) => { const link = talk.querySelector("[data-talk-open]"); return link ? link.href : null; };
let opened = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const talk = event.target.matches?.("[data-talk-open]") && event.target.closest("[data-talk]");
  if (!talk) return;
  opened = keyOf(talk);
  before.set(opened, talk.cloneNode(true));
});

document.addEventListener("htmx:load", (event) => {
  const arrived = event.detail.elt;
  if (arrived.matches?.("[data-thread]")) arrived.focus();
  if (!arrived.matches?.("[data-talk]")) return;
  const form = arrived.querySelector("[data-talk-form]");
  if (form) {
    form.dataset.opened ??= opened ?? "";
    (form.querySelector("[role=alert]") ?? form.querySelector("textarea[name=body]")).focus();
  } else [...arrived.querySelectorAll("[data-thread]")].at(-1)?.focus();
});

function cancel(form) {
  const talk = form.closest("[data-talk]");
  const kept = before.get(form.dataset.opened);
  if (!talk || !kept) return false;
  const fresh = kept.cloneNode(true);
  talk.replaceWith(fresh);
  window.htmx.process(fresh);
  fresh.querySelector("[data-talk-open]")?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-talk-cancel]");
  if (link && cancel(link.closest("form"))) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const area = event.target.closest?.("textarea");
  if (!area || event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && area.matches("[data-send]")) {
    event.preventDefault();
    area.form.requestSubmit();
  } else if (event.key === "Escape" && area.form?.matches("[data-talk-form]") && !area.value.trim()) cancel(area.form);
});

// A reply that is opened is meant to be typed.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".thread-reply") && event.target.open) event.target.querySelector("textarea")?.focus();
}, true);
