// Says on the button how many files are ticked, and locks it at none.
//
//   <form data-choose> … <input type="checkbox" name="file"> …
//     <button data-choose-button data-choose-one="Write 1 draft" data-choose-words="Write %n drafts">
//       <span data-choose-label>…</span></button>
//
// Without this script the button imports what is ticked all the same.

function count(form) {
  const button = form.querySelector("[data-choose-button]");
  if (!button) return;
  const ticked = form.querySelectorAll('input[name="file"]:checked').length;
  const words = ticked === 1 ? button.dataset.chooseOne : button.dataset.chooseWords;
  button.querySelector("[data-choose-label]").textContent = words.replace("%n", ticked);
  button.disabled = ticked === 0;
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-choose]");
  if (form) count(form);
});

document.addEventListener("htmx:load", () => document.querySelectorAll("[data-choose]").forEach(count));
document.querySelectorAll("[data-choose]").forEach(count);
