// Draws the steps of an SOP as SVG, for flow.js. Everything is an attribute or a class: our Content-Security-Policy forbids
// styles.
// data: { nodes: [{ id, title, kind: "start" | "step" | "outcome" | "missing", text, url, flaws }], edges: [{ from, to, label }] }
import { arrange } from "../vendor/flow/layout.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 150, PAD = 10, LINE = 18, LABEL_WIDE = 110, LABEL_LINE = 15;
const pen = document.createElement("canvas").getContext("2d");

function make(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function wrap(text, font, wide, most) {
  pen.font = font;
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (pen.measureText(longer).width <= wide || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const kept = lines.slice(0, most).map((line) => {
    let shown = line;
    while (pen.measureText(shown).width > wide) shown = `${[...shown].slice(0, -2).join("")}…`;
    return shown;
  });
  if (lines.length > most) kept[most - 1] = `${kept[most - 1].replace(/…$/, "")}…`;
  return { lines: kept, width: Math.max(...kept.map((line) => pen.measureText(line).width)) };
}

function words(lines, x, y, height, css) {
  const text = make("text", { x, y: y - ((lines.length - 1) * height) / 2, class: css, "text-anchor": "middle", "dominant-baseline": "central" });
  lines.forEach((line, at) => text.append(make("tspan", { x, dy: at ? height : 0 }, line)));
  return text;
}

function measured(data, family) {
  const nodes = data.nodes.map((node) => {
    const title = wrap(node.title, `600 14px ${family}`, WIDE, 3);
    const text = node.text ? wrap(node.text, `400 12px ${family}`, WIDE, 3) : { lines: [], width: 0 };
    const width = Math.max(90, title.width, text.width) + 2 * PAD + (node.kind === "outcome" ? 16 : 0);
    const height = title.lines.length * LINE + (text.lines.length ? text.lines.length * LABEL_LINE + 6 : 0) + 2 * PAD;
    return { ...node, title: title.lines, full: node.title, text: text.lines, width, height };
  });
  const edges = data.edges.map((edge) => {
    const label = wrap(edge.label, `400 12px ${family}`, LABEL_WIDE, 3);
    return { ...edge, label: label.lines, width: label.width + 10, height: label.lines.length * LABEL_LINE + 6 };
  });
  return { nodes, edges };
}

// A line through the points, rounded where it turns.
function path(points) {
  const [first, ...rest] = points;
  const turns = rest.slice(0, -1).map((point, at) => {
    const next = rest[at + 1];
    return `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`;
  });
  const last = rest.at(-1);
  return `M${first.x},${first.y}${turns.join("")}L${last.x},${last.y}`;
}

function drawEdge(edge, place) {
  const { x, y } = place;
  return make("g", { class: "flow-edge", "aria-hidden": "true" },
    make("path", { d: path(place.points), "marker-end": "url(#flow-arrow)" }),
    make("rect", { x: x - edge.width / 2, y: y - edge.height / 2, width: edge.width, height: edge.height, rx: 4 }),
    words(edge.label, x, y, LABEL_LINE, "flow-label"));
}

function drawNode(node, { x, y }) {
  const left = x - node.width / 2, top = y - node.height / 2;
  const flawed = node.flaws?.length ? " flow-flawed" : "";
  const rest = node.text.length ? (node.text.length * LABEL_LINE + 6) / 2 : 0;
  const parts = [
    make("title", {}, [node.full, ...(node.flaws ?? [])].join("\n")),
    make("rect", { x: left, y: top, width: node.width, height: node.height, rx: node.kind === "outcome" ? node.height / 2 : 6 }),
    words(node.title, x, y - rest, LINE, "flow-title"),
  ];
  if (node.text.length) parts.push(words(node.text, x, y + (node.title.length * LINE) / 2 + 3, LABEL_LINE, "flow-text"));
  if (flawed) parts.push(make("circle", { cx: left + node.width - 4, cy: top + 4, r: 9 }), words(["!"], left + node.width - 4, top + 4, LINE, "flow-bang"));
  const css = `flow-node flow-${node.kind}${flawed}`;
  const label = [node.full, ...(node.flaws ?? [])].join(". ");
  return node.url ? make("a", { href: node.url, class: css, "aria-label": label }, ...parts) : make("g", { class: css }, ...parts);
}

export function draw(data, family, rtl) {
  const { nodes, edges } = measured(data, family);
  const placed = arrange(nodes, edges);
  if (rtl) for (const spot of [...placed.nodes, ...placed.edges, ...placed.edges.flatMap((edge) => edge.points)]) spot.x = placed.width - spot.x;
  const head = make("marker", { id: "flow-arrow", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: "auto-start-reverse" },
    make("path", { d: "M0,0L10,5L0,10z", class: "flow-head" }));
  const svg = make("svg", { viewBox: `0 0 ${placed.width} ${placed.height}`, class: "flow-svg", role: "group", "aria-labelledby": "flow-head" }, make("defs", {}, head));
  svg.append(...edges.map((edge, at) => drawEdge(edge, placed.edges[at])), ...nodes.map((node, at) => drawNode(node, placed.nodes[at])));
  return { svg, width: placed.width, height: placed.height };
}
