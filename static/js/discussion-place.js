// Puts a small thing beside a range or an element of the page, inside the window's width.
export function showPlace(thing, beside) {
  const box = beside.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  thing.style.insetBlockStart = `${box.bottom + scrollY + 6}px`;
  thing.style.left = `${Math.max(8, Math.min(box.left + scrollX, width - thing.offsetWidth - 8))}px`;
}
