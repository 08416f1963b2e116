// [data-section]: j and k go from one to the next and back, when nobody is typing.
const typing = (element) => element.closest("input, textarea, select, [contenteditable=true]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key !== "j" && event.key !== "k") return;
  const sections = [...document.querySelectorAll("[data-section]")];
  if (!sections.length) return;
  const at = sections.indexOf(document.activeElement.closest("[data-section]"));
  const step = event.key === "j" ? at + 1 : Math.max(0, at - 1);
  const next = sections[Math.min(sections.length - 1, step)];
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "start" });
});
