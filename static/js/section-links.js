// <article data-section-links="label" data-copied="word">: a button after each heading that copies its address.
// <button data-copy-address data-copied="word" hidden> copies the page's own; <button data-print hidden> prints it.
const here = () => location.href.split("#")[0];
const sprite = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0];

function symbol(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  use.setAttribute("href", `${sprite}#${name}`);
  return svg;
}

function add(article, heading) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "section-link";
  button.title = article.dataset.sectionLinks;
  button.setAttribute("aria-label", `${article.dataset.sectionLinks}: ${heading.textContent}`);
  button.append(symbol("link"));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(`${here()}#${encodeURIComponent(heading.id)}`);
    history.replaceState(null, "", `#${encodeURIComponent(heading.id)}`);
    button.replaceChildren(symbol("check"));
    button.dataset.done = "";
    button.title = article.dataset.copied;
    setTimeout(() => {
      button.replaceChildren(symbol("link"));
      delete button.dataset.done;
      button.title = article.dataset.sectionLinks;
    }, 2000);
  });
  heading.append(button);
}

if (navigator.clipboard && sprite) {
  for (const article of document.querySelectorAll("[data-section-links]")) {
    article.querySelectorAll("h2[id], h3[id], h4[id]").forEach((heading) => add(article, heading));
  }
  for (const button of document.querySelectorAll("[data-copy-address]")) {
    button.hidden = false;
    const label = button.querySelector("[data-copy-label]");
    const before = label.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(here());
      label.textContent = button.dataset.copied;
      setTimeout(() => { label.textContent = before; }, 2000);
    });
  }
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
