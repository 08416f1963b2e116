// Questions above the text: one of each sort at a time, made of <template data-notice="…">.
export function notice(editor, sort, said, answers = {}) {
  const box = editor.form.querySelector("[data-notices]");
  withdraw(editor, sort);
  const made = box.querySelector(`template[data-notice="${sort}"]`).content.firstElementChild.cloneNode(true);
  made.dataset.shown = sort;
  made.querySelector("[data-notice-words]").textContent = said;
  for (const button of made.querySelectorAll("[data-answer]")) {
    button.addEventListener("click", () => {
      const answer = answers[button.dataset.answer];
      if (button.type === "button") made.remove();
      answer?.();
    });
  }
  box.append(made);
  return made;
}

export function withdraw(editor, sort) {
  editor.form.querySelector(`[data-shown="${sort}"]`)?.remove();
}
