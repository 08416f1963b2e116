// Fills static/vendor from node_modules: `make assets`. The result is committed, so that running needs no Node.
// Icons: add a name from the Tabler icon set to assets/icons.txt and build again.
import { build } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";

const VENDOR = "static/vendor";
const MODULES = "node_modules";
const ICONS = `${MODULES}/@tabler/icons/icons/outline`;
const LICENCES = {
  "Tabler (tabler/*.css; MIT, Copyright 2018-2026 The Tabler Authors and Paweł Kuna) and Tabler Icons (tabler/icons.svg)":
    "@tabler/icons/LICENSE",
  "Apache ECharts (echarts/)": "echarts/LICENSE",
  "Apache ECharts, notice": "echarts/NOTICE",
  "ZRender (echarts/)": "zrender/LICENSE",
  "tslib (echarts/)": "tslib/LICENSE.txt",
  "Inter (inter/)": "@fontsource-variable/inter/LICENSE",
  "CodeMirror (codemirror/): state, view, commands, language, lint, search, autocomplete, lang-markdown":
    "@codemirror/state/LICENSE",
  "Lezer (codemirror/): common, lr, highlight, markdown": "@lezer/common/LICENSE",
  "style-mod (codemirror/)": "style-mod/LICENSE",
  "w3c-keyname (codemirror/)": "w3c-keyname/LICENSE",
  "crelt (codemirror/)": "crelt/LICENSE",
  "find-cluster-break (codemirror/)": "@marijn/find-cluster-break/LICENSE",
  "dagre and graphlib (flow/)": "@dagrejs/dagre/LICENSE",
};

// A source map that is not shipped would stop the manifest storage of static files.
const withoutSourceMap = (text) => text.replace(/\/[*/]# sourceMappingURL=[^\n]*\n?/g, "");

async function copyStyles() {
  for (const name of ["tabler.min.css", "tabler.rtl.min.css"]) {
    const source = await readFile(`${MODULES}/@tabler/core/dist/css/${name}`, "utf8").catch(missing);
    await writeFile(`${VENDOR}/tabler/${name}`, withoutSourceMap(source));
  }
}

async function buildSprite() {
  const names = (await readFile("assets/icons.txt", "utf8")).split("\n").filter(Boolean);
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(`${ICONS}/${name}.svg`, "utf8").catch(missing);
    const shapes = [...svg.matchAll(/<(?:path|circle|rect|line|ellipse)[^>]*>/g)]
      .map((match) => match[0])
      .filter((shape) => !shape.includes('stroke="none"'));
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.join("")}</symbol>`;
  }));
  const head = '<svg xmlns="http://www.w3.org/2000/svg">';
  await writeFile(`${VENDOR}/tabler/icons.svg`, `${head}\n${symbols.join("\n")}\n</svg>\n`);
}

async function copyFont() {
  const folder = `${MODULES}/@fontsource-variable/inter`;
  const files = (await readdir(`${folder}/files`)).filter((name) => name.endsWith("-wght-normal.woff2"));
  for (const name of files) await cp(`${folder}/files/${name}`, `${VENDOR}/inter/${name}`);
  const css = await readFile(`${folder}/index.css`, "utf8");
  await writeFile(`${VENDOR}/inter/inter.css`, css.replaceAll("./files/", "./"));
}

async function writeLicences() {
  const parts = await Promise.all(Object.entries(LICENCES).map(async ([title, path]) => {
    const text = await readFile(`${MODULES}/${path}`, "utf8").catch(missing);
    return `${"=".repeat(78)}\n${title}\n${"=".repeat(78)}\n${text.trim()}\n`;
  }));
  await writeFile(`${VENDOR}/LICENSES.txt`, parts.join("\n"));
}

function missing(error) {
  throw new Error(`${error.path} is not there: run npm ci, then look whether the package renamed it.`);
}

await rm(VENDOR, { recursive: true, force: true });
for (const folder of ["tabler", "inter", "echarts"]) await mkdir(`${VENDOR}/${folder}`, { recursive: true });
await Promise.all([copyStyles(), buildSprite(), copyFont(), writeLicences()]);
await build({
  entryPoints: { charts: "assets/charts.js" },
  outdir: `${VENDOR}/echarts`,
  bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none",
});
await build({
  entryPoints: { layout: "assets/flow.js" },
  outdir: `${VENDOR}/flow`,
  bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none",
});
await build({
  entryPoints: { codemirror: "assets/editor.js" },
  outdir: `${VENDOR}/codemirror`,
  bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none",
});
