// Each line runs in the direction of its own words, so that Arabic and English can stand in one text.
import { Decoration, EditorView, Prec, RangeSetBuilder, ViewPlugin } from "../vendor/codemirror/codemirror.js";

const auto = Decoration.line({ attributes: { dir: "auto" } });

function lines(view) {
  const found = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      found.add(line.from, line.from, auto);
      at = line.to + 1;
    }
  }
  return found.finish();
}

const plugin = ViewPlugin.fromClass(class {
  constructor(view) { this.lines = lines(view); }

  update(update) { if (update.docChanged || update.viewportChanged) this.lines = lines(update.view); }
}, { decorations: (value) => value.lines });

export const directions = [Prec.lowest(plugin), EditorView.perLineTextDirection.of(true)];
