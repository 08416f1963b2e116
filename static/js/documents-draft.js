// <form data-draft>: leaving the page with unsaved text asks first, and Ctrl+S (⌘S) saves the draft.
// Without this file the form works the same; only the question is missing.
const form = document.querySelector("form[data-draft]");

if (form) {
  const typed = () => new URLSearchParams(new FormData(form)).toString();
  const saved = form.hasAttribute("data-unsaved") ? "" : typed();
  let leaving = false;

  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && typed() !== saved) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-draft-save]"));
  });
}
