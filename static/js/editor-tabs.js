// On a narrow window one pane is shown at a time: text, preview or outline.
export function tabs(editor) {
  const bar = editor.form.querySelector("[data-tabs]");
  const panes = editor.form.querySelector("[data-panes]");
  const buttons = [...bar.querySelectorAll("[data-tab]")];
  bar.hidden = false;
  panes.dataset.tabbed = "";
  editor.show = (name) => {
    panes.dataset.shown = name;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
    if (name === "text") editor.view?.requestMeasure();
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tab]");
    if (button) editor.show(button.dataset.tab);
  });
}
