// When a partial request fails, say so where messages stand; what was typed stays where it is.
function tell() {
  const messages = document.getElementById("messages");
  const template = document.getElementById("failure-notice");
  if (!template || messages.querySelector("[data-failure]")) return;
  const notice = template.content.firstElementChild.cloneNode(true);
  notice.dataset.failure = "";
  messages.append(notice);
}

document.addEventListener("htmx:responseError", tell);
document.addEventListener("htmx:sendError", tell);
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) document.querySelector("[data-failure]")?.remove();
});
