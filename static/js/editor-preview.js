// Asks the desk what the text looks like, what its outline is and what is wrong in it, soon after typing stops.
// One question at a time; the longer an answer took, the longer it waits. Answers that are late or overtaken are dropped.
const SOONEST = 400;
const LATEST = 4000;
const PATIENCE = 8000;

// New children for `box`, leaving alone what is the same at both ends: pictures do not blink, scrolling stays.
function patch(box, made) {
  const old = [...box.childNodes];
  const next = [...made.childNodes];
  let first = 0;
  while (first < old.length && first < next.length && old[first].isEqualNode(next[first])) first += 1;
  let last = 0;
  while (last < old.length - first && last < next.length - first && old.at(-1 - last).isEqualNode(next.at(-1 - last))) last += 1;
  const [gone, come] = [old.slice(first, old.length - last), next.slice(first, next.length - last)];
  if (gone.length === 1 && come.length === 1 && gone[0].nodeName === come[0].nodeName && gone[0].childElementCount > 1
      && gone[0].cloneNode(false).isEqualNode(come[0].cloneNode(false))) return patch(gone[0], come[0]);
  for (const node of gone) node.remove();
  const before = box.childNodes[first] ?? null;
  for (const node of come) box.insertBefore(document.importNode(node, true), before);
  return undefined;
}

export function preview(editor) {
  const reader = editor.form.querySelector("[data-reader]");
  const said = editor.part("said");
  let timer = 0;
  let took = 0;
  let leaving = null;
  let changes = null; // what was typed since the question was sent

  async function ask() {
    clearTimeout(timer);
    leaving?.abort("newer");
    leaving = new AbortController();
    const mine = leaving;
    const patience = setTimeout(() => mine.abort("late"), PATIENCE);
    const began = performance.now();
    changes = null;
    const sent = editor.view?.state.doc;
    try {
      const answer = await fetch(editor.form.dataset.preview, { method: "POST", body: new FormData(editor.form), signal: mine.signal, redirect: "manual" });
      if (answer.ok) {
        const html = await answer.text();
        took = performance.now() - began;
        show(html, sent);
      }
    } catch {
      if (mine.signal.reason === "late") said.textContent = editor.words.said.late;
    } finally {
      clearTimeout(patience);
    }
  }

  function show(html, sent) {
    const made = new DOMParser().parseFromString(html, "text/html");
    for (const part of made.querySelectorAll("body > [data-part]")) {
      const box = editor.part(part.dataset.part);
      if (box) patch(box, part);
    }
    editor.tell("answered", { doc: sent, changes });
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.min(LATEST, Math.max(SOONEST, took * 2)));
  };
  editor.changed((update) => {
    changes = changes ? changes.compose(update.changes) : update.changes;
    soon();
  });
  editor.askAgain = ask;
  reader.hidden = false;
  reader.addEventListener("change", ask);
  // The page came with an answer of its own.
  if (editor.view) queueMicrotask(() => editor.tell("answered", { doc: editor.view.state.doc, changes: null }));
}
