// <details open data-fold-narrow>: closed at first on a narrow window, where it would push the page's matter out of sight.
if (matchMedia("(max-width: 40rem)").matches) {
  document.querySelectorAll("details[data-fold-narrow]").forEach((fold) => { fold.open = false; });
}
