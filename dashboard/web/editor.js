// What the page for SQL is edited with. scripts/bundle-web makes ../assets/editor.min.js of it.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLDialect, schemaCompletionSource, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Colours by name: the page's tokens reach into the shadow root, so that themes need nothing here.
const look = EditorView.theme({
  "&": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)", fontSize: "var(--t1)" },
  "&.cm-focused": { outline: "2px solid var(--sea)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'Noto Sans Mono CJK SC', monospace", minHeight: "9em", maxHeight: "45vh" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--faint)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--panel)" },
  ".cm-content ::selection": { backgroundColor: "var(--sea-3)" },
  ".cm-selectionMatch, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--sea-4)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--panel)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--sea)", color: "var(--panel)" },
  ".cm-completionInfo": { maxWidth: "46ch" },
  ".cm-wrong": { textDecoration: "underline wavy var(--sand)", textUnderlineOffset: "3px" },
  ".cm-wrong-line": { backgroundColor: "var(--sea-4)" },
});
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--sea)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--sand)" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--sea-2)" },
]);
// What a SELECT is made of here; $name is a parameter.
const dialect = SQLDialect.define({
  keywords: "all and any as asc between by case cast cross current_date current_timestamp desc distinct else end except exists extract false filter first following from full group having ilike in inner intersect interval is join last left like limit natural not null nulls offset on or order outer over partition preceding range recursive right row rows select show tables columns then true unbounded union unnest using values when where window with within",
  types: "bigint boolean date decimal double integer real smallint text time timestamp varchar",
  specialVar: "$",
});
const chinese = {
  "Find": "查找", "Replace": "替换", "next": "下一个", "previous": "上一个", "all": "全部", "match case": "区分大小写",
  "regexp": "正则", "by word": "整词", "replace": "替换", "replace all": "全部替换", "close": "关闭", "Completions": "补全",
};

const setWrong = StateEffect.define();
const wrong = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setWrong)) return effect.value;
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The word at a place, or the rest of its line. */
function spot(doc, line, column) {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const from = Math.min(found.from + Math.max(column - 1, 0), found.to);
  const word = doc.sliceString(from, found.to).match(/^[\p{L}\p{N}_$]+|^\S/u);
  return { line: found, from, to: word ? from + word[0].length : found.to };
}

/** Tables and columns as the completion wants them. */
function schema(tables) {
  const columns = (table) => table.columns.map((column) => ({ label: column.name, type: "property", detail: column.type, info: column.about || undefined }));
  const entry = (table) => [table.name, { self: { label: table.name, type: "class", info: table.about || undefined }, children: columns(table) }];
  return Object.fromEntries(tables.map(entry));
}

/**
 * An editor in a shadow root within `host`, where its styles need no <style> element and so no leave of the
 * content security policy. `changed` is called with each text, `run` by Ctrl or Command with Enter.
 */
export function edit(host, { text, label, language, changed, run }) {
  const root = host.attachShadow({ mode: "open" });
  const speech = new Compartment();
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }]),
        lineNumbers(), history(), bracketMatching(), closeBrackets(), autocompletion(), highlightActiveLine(), highlightSelectionMatches(),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap, ...completionKeymap]),
        speech.of(sql({ dialect })),
        wrong, look, syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
        language.startsWith("zh") ? EditorState.phrases.of(chinese) : [],
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    focus: () => view.focus(),
    /** Completes tables, their columns, and calls of metrics from now on. */
    know({ tables, metrics }) {
      const calls = metrics.map((metric) => ({ label: metric.call, type: "function", detail: metric.title, info: metric.about || undefined }));
      const called = (context) => {
        const word = context.matchBefore(/\w+/);
        return word || context.explicit ? { from: word?.from ?? context.pos, options: calls, validFor: /^\w*$/ } : null;
      };
      const more = [schemaCompletionSource({ dialect, schema: schema(tables) }), called];
      const data = more.map((autocomplete) => dialect.language.data.of({ autocomplete }));
      view.dispatch({ effects: speech.reconfigure([sql({ dialect }), data]) });
    },
    /** Marks a place, by line and column from 1, and goes there. */
    mark(line, column) {
      const at = spot(view.state.doc, line, column);
      const marks = [Decoration.line({ class: "cm-wrong-line" }).range(at.line.from)];
      if (at.to > at.from) marks.push(Decoration.mark({ class: "cm-wrong" }).range(at.from, at.to));
      view.dispatch({ effects: setWrong.of(Decoration.set(marks, true)), selection: { anchor: at.from }, scrollIntoView: true });
      view.focus();
    },
    unmark: () => view.dispatch({ effects: setWrong.of(Decoration.none) }),
  };
}
