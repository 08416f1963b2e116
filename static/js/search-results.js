// <div data-search-results>: the results of the search page. ↓ ↑ go from link to link, c copies the link in focus.
import { copyLink, tellOpened } from "./search-links.js";

function results(place) {
  const status = place.querySelector("[data-search-status]");
  const links = () => [...place.querySelectorAll("[data-opened-key] a[href]")];

  place.addEventListener("click", (event) => {
    const link = event.target.closest("[data-opened-key] a[href]");
    if (link) tellOpened(link);
  });
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (at < 0) return;
    if (event.key === "c") {
      copyLink(all[at], status, place.dataset.copied);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      all[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    }
  });
}

document.querySelectorAll("[data-search-results]").forEach(results);
