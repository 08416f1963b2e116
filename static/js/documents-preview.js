// [data-preview]: keeps its scroll position when a newer preview arrives, and says so when one does not.
// <… data-preview data-preview-late="text">: the sentence for a preview that took too long.
const preview = document.querySelector("[data-preview]");

if (preview) {
  let top = 0;
  const late = document.getElementById(preview.dataset.previewSaid);

  preview.addEventListener("htmx:beforeSwap", () => { top = preview.scrollTop; });
  preview.addEventListener("htmx:afterSettle", () => { preview.scrollTop = top; });
  document.addEventListener("htmx:timeout", () => { late.textContent = preview.dataset.previewLate; });
}
