// <details open data-fold-narrow>: closed at first on a narrow window, where it would push the page's matter out of sight.
// A window that becomes wide shows no way to open it, so that it opens then.
const narrow = matchMedia("(max-width: 40rem)");
const folds = document.querySelectorAll("details[data-fold-narrow]");
if (narrow.matches) folds.forEach((fold) => { fold.open = false; });
narrow.addEventListener("change", () => {
  if (!narrow.matches) folds.forEach((fold) => { fold.open = true; });
});
