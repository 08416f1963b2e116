// Dragging an entry of a list to another place: a line shows where it would go, before the entry under the pointer or after it.
// items() are the entries; move(index, before) is told which one goes before which.
export function dragging(box, items, move) {
  let dragged = null;

  const mark = (item, end) => {
    for (const each of items()) each.classList.remove("drop-before", "drop-after");
    item?.classList.add(end ? "drop-after" : "drop-before");
  };
  const target = (event) => {
    const all = items();
    const item = event.target.closest("li[data-line]") ?? all.at(-1);
    const area = item.getBoundingClientRect();
    return { item, index: all.indexOf(item), end: event.clientY > area.top + area.height / 2 };
  };
  box.addEventListener("dragstart", (event) => {
    const item = event.target.closest("li[data-line]");
    if (!item) return;
    dragged = items().indexOf(item);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.querySelector("a").textContent);
  });
  box.addEventListener("dragover", (event) => {
    if (dragged === null) return;
    event.preventDefault();
    const { item, end } = target(event);
    mark(item, end);
  });
  box.addEventListener("drop", (event) => {
    if (dragged === null) return;
    event.preventDefault();
    const { index, end } = target(event);
    move(dragged, end ? index + 1 : index);
  });
  box.addEventListener("dragend", () => { dragged = null; mark(null); });
}
