// Our Markdown for highlighting: no raw HTML (it is shown as text), and the marks of SOPs: [[kind:key#anchor]],
// ::: lines, `Outcome:`, {#anchor} behind a heading. sopdesk/text decides what a text means; this only colours it.
import { commonmarkLanguage } from "@codemirror/lang-markdown";
import { Language, syntaxHighlighting } from "@codemirror/language";
import { Tag, tagHighlighter, tags } from "@lezer/highlight";
import { Table } from "@lezer/markdown";

const reference = Tag.define();
const directive = Tag.define();
const outcome = Tag.define();
const anchor = Tag.define();
const REFERENCE = /^\[\[[a-z][a-z0-9-]{0,19}:[^\s[\]]{1,201}\]\]/;
const OPEN_BRACKET = 91;
const OPEN_BRACE = 123;

const marks = {
  remove: ["HTMLBlock", "HTMLTag", "Entity", "IndentedCode"],
  defineNodes: [
    { name: "SopReference", style: reference },
    { name: "SopDirective", block: true, style: directive },
    { name: "SopOutcome", style: outcome },
    { name: "SopAnchor", style: anchor },
  ],
  parseInline: [
    {
      name: "SopReference",
      before: "Link",
      parse(context, next, pos) {
        if (next !== OPEN_BRACKET || context.char(pos + 1) !== OPEN_BRACKET) return -1;
        const found = REFERENCE.exec(context.slice(pos, Math.min(context.end, pos + 230)));
        return found ? context.addElement(context.elt("SopReference", pos, pos + found[0].length)) : -1;
      },
    },
    {
      name: "SopAnchor",
      parse(context, next, pos) {
        if (next !== OPEN_BRACE) return -1;
        const rest = context.slice(pos, context.end);
        return /^\{#[^\s{}]{1,120}\}\s*$/.test(rest)
          ? context.addElement(context.elt("SopAnchor", pos, pos + rest.trimEnd().length)) : -1;
      },
    },
    {
      name: "SopOutcome",
      parse(context, next, pos) {
        if (pos !== context.offset || next !== 79) return -1;
        return context.slice(pos, Math.min(context.end, pos + 9)).startsWith("Outcome:")
          ? context.addElement(context.elt("SopOutcome", pos, pos + 8)) : -1;
      },
    },
  ],
  parseBlock: [{
    name: "SopDirective",
    before: "FencedCode",
    parse(context, line) {
      if (!/^ {0,3}:::/.test(line.text)) return false;
      context.addElement(context.elt("SopDirective", context.lineStart + line.pos, context.lineStart + line.text.length));
      context.nextLine();
      return true;
    },
    endLeaf: (_context, line) => /^ {0,3}:::/.test(line.text),
  }],
};

const colours = tagHighlighter([
  { tag: tags.heading, class: "md-heading" },
  { tag: tags.strong, class: "md-strong" },
  { tag: tags.emphasis, class: "md-emphasis" },
  { tag: tags.monospace, class: "md-code" },
  { tag: tags.quote, class: "md-quote" },
  { tag: tags.link, class: "md-link" },
  { tag: tags.url, class: "md-url" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], class: "md-mark" },
  { tag: reference, class: "md-reference" },
  { tag: directive, class: "md-directive" },
  { tag: outcome, class: "md-outcome" },
  { tag: anchor, class: "md-anchor" },
]);

const parser = commonmarkLanguage.parser.configure([Table, marks]);

export const sopMarkdown = [new Language(commonmarkLanguage.data, parser, [], "markdown"), syntaxHighlighting(colours)];
