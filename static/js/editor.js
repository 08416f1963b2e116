// <form data-editor>: the draft editor. Puts CodeMirror over the form's textarea and starts what belongs to it.
// Without this file the textarea and the buttons of the form work as they are.
import { readerOnly, mount } from "./editor-mount.js";
import { blocks } from "./editor-blocks.js";
import { kept } from "./editor-kept.js";
import { outline } from "./editor-outline.js";
import { paste } from "./editor-paste.js";
import { pictures } from "./editor-pictures.js";
import { presence } from "./editor-presence.js";
import { preview } from "./editor-preview.js";
import { problems } from "./editor-problems.js";
import { saving } from "./editor-saving.js";
import { tabs } from "./editor-tabs.js";
import { toolbar } from "./editor-toolbar.js";

const form = document.querySelector("form[data-editor]");

if (form) {
  const words = JSON.parse(document.getElementById("editor-words").textContent);
  const locked = form.dataset.editor === "locked";
  const editor = locked ? readerOnly(form, words) : mount(form, words);
  tabs(editor);
  problems(editor);
  preview(editor);
  if (!locked) {
    for (const start of [outline, toolbar, blocks, pictures, paste, saving, kept, presence]) start(editor);
    editor.begin();
  }
}
