// The toolbar: one stop for Tab, arrow keys within it; buttons do what editor-commands.js says.
import { redoDepth, undoDepth } from "../vendor/codemirror/codemirror.js";
import { commands, useWords } from "./editor-commands.js";

export function toolbar(editor) {
  const bar = editor.form.querySelector("[data-toolbar]");
  const tools = [...bar.querySelectorAll("[data-do], [data-tool]")];
  useWords(editor.words.said);
  bar.hidden = false;

  const stop = (at) => tools.forEach((tool, index) => { tool.tabIndex = index === at ? 0 : -1; });
  stop(0);

  bar.addEventListener("keydown", (event) => {
    const at = tools.indexOf(event.target);
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: tools.length - 1 - at };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const turned = getComputedStyle(bar).direction === "rtl" && event.key.startsWith("Arrow") ? -1 : 1;
    const next = (at + steps[event.key] * turned + tools.length) % tools.length;
    stop(next);
    tools[next].focus();
  });
  bar.addEventListener("focusin", (event) => { if (tools.includes(event.target)) stop(tools.indexOf(event.target)); });
  // The text keeps its selection and its focus when a button is clicked.
  bar.addEventListener("mousedown", (event) => { if (event.target.closest("[data-do]")) event.preventDefault(); });
  bar.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-do]");
    const command = commands[tool?.dataset.do];
    if (!command || tool.getAttribute("aria-disabled") === "true") return;
    command(editor.view);
    if (tool.dataset.do !== "find" && !["undo", "redo"].includes(tool.dataset.do)) editor.view.focus();
  });

  const [undo, redo] = ["undo", "redo"].map((name) => bar.querySelector(`[data-do=${name}]`));
  const depths = () => {
    undo.setAttribute("aria-disabled", String(!undoDepth(editor.view.state)));
    redo.setAttribute("aria-disabled", String(!redoDepth(editor.view.state)));
  };
  depths();
  editor.changed(depths);
  window.addEventListener("pageshow", depths); // forms.js frees every button then
}
