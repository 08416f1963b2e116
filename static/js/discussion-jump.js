// <button data-talk-jump="1"> goes to the next open thread, "-1" to the one before; what it is folded into opens.
// An address that ends in #thread-12 opens that thread too.
function reveal(thread) {
  for (let fold = thread.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const own = thread.querySelector(":scope > details");
  if (own) own.open = true;
  thread.scrollIntoView({ block: "center" });
  thread.focus({ preventScroll: true });
}

let last = null;

function jump(step) {
  const all = [...document.querySelectorAll("[data-thread-open]")];
  if (!all.length) return;
  const here = document.activeElement.closest("[data-thread-open]") ?? (last?.isConnected ? last : null);
  const at = here ? all.indexOf(here) + step : step > 0 ? 0 : -1;
  last = all.at(at % all.length);
  reveal(last);
}

function toHash() {
  const thread = /^#thread-\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (thread) { last = thread; reveal(thread); }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-talk-jump]");
  if (button) jump(Number(button.dataset.talkJump));
  const link = event.target.closest("a[href^='#thread-']");
  if (link && link.hash === location.hash) toHash();
});
addEventListener("hashchange", toHash);
toHash();
