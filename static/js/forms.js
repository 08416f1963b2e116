// <form data-once>: sent once, however often the button is pressed. The button is free again when the page
// comes back from the browser's history. <form data-submit-on-change>: a filter bar that applies itself.
// [data-focus]: takes the focus when it arrives (an error summary).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-disabled", "true"));
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-submit-on-change]") && event.target.matches("select, [type=checkbox], [list]")) form.requestSubmit();
});

document.querySelector("[data-focus]")?.focus();
