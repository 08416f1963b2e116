// Words chosen in a difference: <template data-talk-offer> holds the button that is offered beside them. It, and the
// link [data-talk-open] of the same section, then ask for a form about these words.
// A section is what holds one [data-talk]. Words in <ins> are the draft's alone, in <del> the text's before.
import { showPlace } from "./discussion-place.js";

const SHOWN = 40;
const CONTEXT = 80;
const NOT_TEXT = ".visually-hidden, [aria-hidden=true], [data-talk], .state, .diff-how, .diff-marker, .diff-stood, button, summary";
const template = document.querySelector("template[data-talk-offer]");
const offer = template?.content.firstElementChild.cloneNode(true);

function sectionOf(node) {
  for (let element = node.parentElement; element; element = element.parentElement) {
    const talks = element.querySelectorAll("[data-talk]");
    if (talks.length) return talks.length === 1 ? element : null;
  }
  return null;
}

const isOld = (node) => Boolean(node.parentElement.closest("[data-side=old]")
  ?? (node.parentElement.closest(".diff-pair > :first-child") && "pair"));

// The section's words before, in and after the range, as the draft ("new") or the text before ("old") has them.
function wordsOf(section, range, side) {
  const parts = { before: "", quote: "", after: "" };
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const paired = parent.closest("[data-side], .diff-pair > *");
    if (parent.closest(NOT_TEXT) || parent.closest(side === "new" ? "del" : "ins")) continue;
    if (paired && isOld(node) !== (side === "old")) continue;
    const inside = range.intersectsNode(node);
    const from = inside && node === range.startContainer ? range.startOffset : 0;
    const to = inside && node === range.endContainer ? range.endOffset : node.data.length;
    if (inside) {
      if (from) parts.before += node.data.slice(0, from);
      parts.quote += node.data.slice(from, to);
      if (to < node.data.length) parts.after += node.data.slice(to);
    } else if (range.comparePoint(node, 0) < 0) parts.before += node.data;
    else parts.after += node.data;
  }
  return parts;
}

function chosen() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const start = range.startContainer;
  if (start.nodeType !== Node.TEXT_NODE || start.parentElement.closest(NOT_TEXT)) return null;
  const section = sectionOf(start);
  const link = section?.querySelector("[data-talk-open]");
  if (!link) return null;
  let side = isOld(start) ? "old" : "new";
  let words = wordsOf(section, range, side);
  if (side === "new" && !words.quote.trim()) words = wordsOf(section, range, side = "old");
  if (words.quote.trim().length < 2) return null;
  return {
    link, range, side,
    quote: words.quote.trim().slice(0, 1900),
    before: words.before.slice(-CONTEXT),
    after: words.after.slice(0, CONTEXT),
  };
}

function show() {
  const words = chosen();
  if (!words) { offer.remove(); return; }
  const quote = words.quote.replace(/\s+/g, " ");
  offer.querySelector("q").textContent = quote.length > SHOWN ? `${quote.slice(0, SHOWN)}…` : quote;
  document.body.append(offer);
  showPlace(offer, words.range);
}

if (offer) {
  let waiting;
  document.addEventListener("selectionchange", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  // A press must not take the selection away before it is read.
  offer.addEventListener("pointerdown", (event) => event.preventDefault());
  offer.addEventListener("click", () => { const words = chosen(); words?.link.click(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") offer.remove(); });
  document.addEventListener("htmx:configRequest", (event) => {
    const link = event.target;
    if (!link.matches?.("[data-talk-open]")) return;
    const words = chosen();
    if (words?.link !== link) return;
    const { side, quote, before, after } = words;
    Object.entries({ side, quote, before, after }).forEach(([name, value]) => event.detail.parameters.set(name, value));
    getSelection().removeAllRanges();
    offer.remove();
  });
}
