// Saves the draft two seconds after typing stops, on leaving the field and on Ctrl+S; says what is stored and what is not.
// It stops for good when somebody else saved meanwhile: then both texts are compared, and nothing is overwritten.
import { fresh, posted } from "./editor-posting.js";
import { notice, withdraw } from "./editor-notices.js";

const PAUSE = 2000;
const AGAIN = [5000, 10000, 30000, 60000];

export function saving(editor) {
  const { form, words: { said } } = editor;
  const line = form.querySelector("[data-status-said]");
  const retry = form.querySelector("[data-retry]");
  const revision = form.elements.revision;
  let stored = form.hasAttribute("data-unsaved") ? "" : typed();
  let timer = 0;
  let failures = 0;
  let under = null; // the save that is on its way
  let leaving = false;
  let last = line.textContent;
  let stopped = ""; // "stale": for good; "asked": until the question is answered; "declined"
  let voiding = []; // the approvals that somebody agreed to void, by number

  function typed() {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (["csrfmiddlewaretoken", "revision", "as"].includes(name) || name.startsWith("case-")) data.delete(name);
    return new URLSearchParams(data).toString();
  }
  const dirty = () => typed() !== stored;
  editor.isDirty = dirty;
  editor.isSaving = () => under !== null;

  function tell(text, state) {
    if (line.textContent !== text) line.textContent = text;
    line.parentElement.dataset.status = state;
    retry.hidden = state !== "failed";
  }

  function soon(pause = PAUSE) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, pause);
  }

  function save() {
    clearTimeout(timer);
    if (under || stopped || leaving) return under;
    if (!dirty()) {
      if (line.parentElement.dataset.status === "unsaved") tell(last, "saved");
      return undefined;
    }
    tell(said.saving, "saving");
    under = send().finally(() => {
      under = null;
      if (!failures && dirty()) soon();
    });
    return under;
  }

  async function send() {
    const sent = typed();
    const answer = await posted(form.dataset.save, form, { void: voiding.join() });
    if (answer.status === 200) return kept(sent, answer.json);
    if (answer.json?.ask) return ask(answer.json.ask, answer.json.approvals);
    if (answer.json?.stale) return stale(answer.json.stale);
    if (answer.json?.reasons) return refused(answer.json.reasons.join(" "));
    if (answer.status === 404) return refused(said.missing);
    return failed(answer.status === 403 ? said.session : said.offline, answer.status);
  }

  function kept(sent, { revision: number, said: words }) {
    stored = sent;
    voiding = [];
    revision.value = number;
    failures = 0;
    last = words;
    tell(words, "saved");
    editor.tell("saved");
  }

  function refused(why) {
    failures = 0;
    tell(said.not_saved.replace("{why}", why), "refused");
  }

  function failed(why, status) {
    tell(said.not_saved.replace("{why}", why), "failed");
    if (status !== 403) soon(AGAIN[Math.min(failures, AGAIN.length - 1)]);
    failures += 1;
  }

  function ask(question, approvals) {
    stopped = "asked";
    tell(said.unsaved, "unsaved");
    notice(editor, "ask", question, {
      yes: () => { stopped = ""; voiding = approvals; save(); editor.view.focus(); },
      no: () => { stopped = "declined"; tell(said.unsaved, "unsaved"); editor.view.focus(); },
    });
  }

  function stale(words) {
    stopped = "stale";
    tell(said.not_saved.replace("{why}", words), "refused");
    withdraw(editor, "newer");
    notice(editor, "stale", words);
  }

  function touched() {
    if (stopped) return;
    if (!under) tell(said.unsaved, "unsaved");
    soon();
  }

  editor.changed(touched);
  form.addEventListener("input", (event) => { if (event.target.name && !event.target.closest("[data-reader]")) touched(); });
  form.addEventListener("focusout", () => setTimeout(() => { if (!form.contains(document.activeElement)) save(); }));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  window.addEventListener("online", () => { if (failures) save(); });
  window.addEventListener("beforeunload", (event) => { if (!leaving && dirty()) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = false; });
  retry.addEventListener("click", async () => { await fresh(form); failures = 0; save(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    if (stopped === "declined") stopped = "";
    if (dirty()) save();
  });
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    leaving = true;
    if (!under) return;
    // Two saves at once would take each other for somebody else's.
    event.preventDefault();
    event.stopImmediatePropagation();
    await under;
    form.requestSubmit(event.submitter);
  });
  if (dirty()) soon();
}
