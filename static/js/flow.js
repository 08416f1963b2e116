// <section data-flow="data-id">: draws the steps of <script type="application/json" id="data-id"> into its [data-flow-view].
// The view scrolls by itself (arrows, wheel, touch) and by dragging; [data-flow-zoom], + - 0 and Ctrl + wheel change the
// size. The list beside it says the same.
import { draw } from "./flow-drawing.js";

function start(section) {
  const view = section.querySelector("[data-flow-view]"), said = section.querySelector("[data-flow-size]");
  const data = JSON.parse(document.getElementById(section.dataset.flow).textContent);
  const { svg, width, height } = draw(data, getComputedStyle(document.body).fontFamily, document.documentElement.dir === "rtl");
  section.hidden = false;
  view.append(svg);
  const fit = () => Math.min(1, Math.max(view.clientWidth < 600 ? 0.8 : 0.6, (view.clientWidth - 16) / width));
  let scale = 0;
  const size = (wanted) => {
    const middle = [(view.scrollLeft + view.clientWidth / 2) / scale, (view.scrollTop + view.clientHeight / 2) / scale];
    const first = !scale;
    scale = Math.min(3, Math.max(0.2, wanted));
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    said.textContent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(scale);
    if (!first) view.scrollTo(middle[0] * scale - view.clientWidth / 2, middle[1] * scale - view.clientHeight / 2);
  };
  const zoom = (factor) => size(factor ? scale * factor : fit());
  size(fit());
  const begin = svg.querySelector(".flow-start > rect") ?? svg;
  view.scrollLeft += begin.getBoundingClientRect().x + begin.getBoundingClientRect().width / 2 - view.getBoundingClientRect().x - view.clientWidth / 2;
  section.addEventListener("click", (event) => {
    const button = event.target.closest("[data-flow-zoom]");
    if (button) zoom(Number(button.dataset.flowZoom));
  });
  view.addEventListener("keydown", (event) => {
    const factor = { "+": 1.25, "=": 1.25, "-": 0.8, 0: 0 }[event.key];
    if (factor === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    zoom(factor);
  });
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  }, { passive: false });
  drag(view);
}

// A mouse moves the drawing by dragging; fingers scroll it by themselves. A drag does not follow the link it began on.
function drag(view) {
  let from = null, moved = false;
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button) return;
    from = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    const x = from.x - event.clientX, y = from.y - event.clientY;
    moved ||= Math.hypot(x - view.scrollLeft, y - view.scrollTop) > 4;
    if (moved) view.scrollTo(x, y);
  });
  window.addEventListener("pointerup", () => { from = null; });
  view.addEventListener("click", (event) => { if (moved) event.preventDefault(); moved = false; });
  view.addEventListener("dragstart", (event) => event.preventDefault());
}

document.querySelectorAll("[data-flow]").forEach(start);
