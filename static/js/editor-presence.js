// Says every 15 seconds that this person has the draft open, hears who else has, and whether a newer text was saved.
import { notice } from "./editor-notices.js";
import { posted } from "./editor-posting.js";

const EVERY = 15000;

export function presence(editor) {
  const { form, words: { said } } = editor;
  const people = document.querySelector("[data-people]");
  let told = 0;

  async function tell() {
    if (document.visibilityState === "hidden") return;
    const { status, json } = await posted(form.dataset.presence, light());
    if (status !== 200 || !json) return;
    if (people.innerHTML.trim() !== json.people.trim()) people.innerHTML = json.people;
    if (json.revision > Number(form.elements.revision.value) && json.revision > told && !editor.isSaving()) {
      told = json.revision;
      if (!editor.isDirty()) notice(editor, "newer", said.newer, { yes: () => window.location.reload() });
    }
  }

  // A form with the token alone: the text does not travel for this.
  function light() {
    const small = document.createElement("form");
    small.append(form.elements.csrfmiddlewaretoken.cloneNode());
    return small;
  }

  tell();
  setInterval(tell, EVERY);
  document.addEventListener("visibilitychange", tell);
  window.addEventListener("pagehide", () => {
    const data = new FormData(light());
    data.set("left", "yes");
    navigator.sendBeacon(form.dataset.presence, data);
  });
}
