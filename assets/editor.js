// What the draft editor uses of CodeMirror 6; esbuild drops the rest. static/js/editor-*.js are what it does with it.
export {
  autocompletion, closeCompletion, completionKeymap, completionStatus, pickedCompletion, snippet, startCompletion,
} from "@codemirror/autocomplete";
export {
  defaultKeymap, history, historyKeymap, indentLess, indentMore, isolateHistory, redo, redoDepth, undo, undoDepth,
} from "@codemirror/commands";
export { deleteMarkupBackward, insertNewlineContinueMarkup } from "@codemirror/lang-markdown";
export { indentUnit, syntaxTree } from "@codemirror/language";
export { forEachDiagnostic, lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
export { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
export {
  Annotation, Compartment, EditorSelection, EditorState, Prec, RangeSetBuilder, StateEffect, StateField, Text, Transaction,
} from "@codemirror/state";
export {
  Decoration, EditorView, ViewPlugin, drawSelection, dropCursor, highlightSpecialChars, keymap, lineNumbers, placeholder,
} from "@codemirror/view";
export { sopMarkdown } from "./editor-language.js";
