// Pictures: from the toolbar's button, pasted, or dropped on the text. A mark holds the place until the desk has it.
import { hold, held, release } from "./editor-places.js";
import { notice } from "./editor-notices.js";
import { sent } from "./editor-posting.js";

const NAMELESS = /^(?:image|picture|screenshot|clipboard|img|unnamed)[-_ ]?\d*$/i;
let number = 0;

// What it shows, as far as its name says so; "" makes the writer say it.
function saidBy(file) {
  const name = file.name.replace(/\.[a-z0-9]+$/i, "").replace(/[-_]+/g, " ").replace(/[[\]\\]/g, "").trim();
  return NAMELESS.test(name) || /\d{6,}/.test(name) ? "" : name;
}

async function add(editor, file, position) {
  const { view, words: { said } } = editor;
  const mark = `picture-${number += 1}`;
  const waiting = `![${said.uploading.replace("{name}", file.name || "…")}]()`;
  const at = Math.min(position, view.state.doc.length);
  view.dispatch({ changes: { from: at, insert: waiting }, effects: hold(mark, at, at + waiting.length), userEvent: "input.picture" });
  const data = new FormData();
  data.set("csrfmiddlewaretoken", editor.form.elements.csrfmiddlewaretoken.value);
  data.set("picture", file);
  const { status, json } = await sent(editor.form.dataset.pictures, data);
  const place = held(view.state, mark);
  const stands = view.state.doc.sliceString(place.from, place.to) === waiting;
  const insert = json?.address ? `![${saidBy(file)}](${json.address})` : "";
  const effects = release(mark);
  if (stands) view.dispatch({ changes: { ...place, insert }, effects, selection: json?.address && !saidBy(file) ? { anchor: place.from + 2 } : undefined });
  else view.dispatch({ effects });
  if (!json?.address) {
    const why = json?.reasons?.join(" ") ?? (status === 403 ? said.session : said.offline);
    notice(editor, "said", said.not_uploaded.replace("{name}", file.name).replace("{why}", why));
  }
}

export const isPicture = (file) => /^image\/(?:png|jpeg|gif|webp)$/.test(file.type);

export async function addPictures(editor, files, position) {
  for (const file of [...files].filter(isPicture)) await add(editor, file, position ?? editor.view.state.selection.main.head);
}

export function pictures(editor) {
  const chooser = editor.form.querySelector("[data-picture-file]");
  editor.form.querySelector("[data-do=picture]").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", async () => {
    const files = [...chooser.files];
    chooser.value = "";
    editor.view.focus();
    await addPictures(editor, files);
  });
}
