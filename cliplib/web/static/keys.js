// The keyboard: one table, which is also what the help shows.

import { focusSearch } from "./bar.js";
import { fill, h, typing } from "./dom.js";
import { columnCount, focusGrid, resizeTiles, rowsInView } from "./grid.js";
import { decide, undo } from "./review.js";
import { emit, moveTo, on, select, state, toggle } from "./store.js";
import { t } from "./strings.js";

const step = (by) => (event) => moveTo(state.current < 0 ? 0 : state.current + by(), { extend: event.shiftKey });

export const KEYS = [
  { group: "review", keys: ["a"], name: "approve", run: () => decide("approved") },
  { group: "review", keys: ["r", "x"], name: "reject", run: () => decide("rejected") },
  { group: "review", keys: ["w"], name: "reopen", run: () => decide("new", undefined, { advance: false }) },
  { group: "review", keys: ["u", "Ctrl+z"], name: "undo", run: undo },
  { group: "review", keys: ["e"], name: "edit", run: () => emit("edit") },
  { group: "review", keys: ["m"], name: "note", run: () => emit("note") },
  { group: "move", keys: ["n", "ArrowRight"], name: "next", run: step(() => 1) },
  { group: "move", keys: ["p", "ArrowLeft"], name: "previous", run: step(() => -1) },
  { group: "move", keys: ["ArrowDown", "ArrowUp"], name: "rows", run: (event) => step(() => (event.key === "ArrowDown" ? 1 : -1) * columnCount())(event) },
  { group: "move", keys: ["PageDown", "PageUp"], name: "pages", run: (event) => step(() => (event.key === "PageDown" ? 1 : -1) * columnCount() * rowsInView())(event) },
  { group: "move", keys: ["Home", "End"], name: "ends", run: (event) => moveTo(event.key === "Home" ? 0 : state.ids.length - 1, { extend: event.shiftKey }) },
  { group: "select", keys: ["s"], name: "select", run: () => toggle(Math.max(0, state.current)) },
  { group: "select", keys: ["Shift+→"], name: "extend" },
  { group: "select", keys: ["Ctrl+a"], name: "all", run: () => select(state.ids) },
  { group: "select", keys: ["Escape"], name: "none", run: () => select([]) },
  { group: "play", keys: [" "], name: "play", run: () => emit("play") },
  { group: "play", keys: [",", "."], name: "frames", run: (event) => emit("nudge", event.key === "," ? -40 : 40) },
  { group: "play", keys: ["i", "o"], name: "inout", run: (event) => emit("mark", event.key) },
  { group: "look", keys: ["/"], name: "search", run: () => focusSearch() },
  { group: "look", keys: ["c"], name: "compare", run: () => emit("compare") },
  { group: "look", keys: ["+", "-"], name: "size", run: (event) => resizeTiles(event.key === "-" ? -1 : 1) },
  { group: "look", keys: ["b"], name: "board", run: () => emit("show", document.getElementById("work").dataset.view === "board" ? "clips" : "board") },
  { group: "look", keys: ["?"], name: "help", run: () => emit("help") },
];

const BY_KEY = new Map(KEYS.filter((one) => one.run).flatMap((one) => one.keys.map((key) => [key, one])));
const ON_BOARD = new Set(["board", "help"]);

export function mountKeys(help) {
  document.addEventListener("keydown", pressed);
  on("help", () => { render(help); help.showModal(); });
  on("language", () => help.open && render(help));
}

function pressed(event) {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") focusGrid();
    return;
  }
  const name = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const bound = BY_KEY.get(name) ?? (name === "=" ? BY_KEY.get("+") : undefined);
  const onButton = event.key === " " && event.target.closest?.("button, summary");
  if (!bound || event.altKey || onButton) return;
  if (document.getElementById("work").dataset.view === "board" && !ON_BOARD.has(bound.name)) return;
  event.preventDefault();
  bound.run(event);
}

const SHOWN = { ArrowRight: "→", ArrowLeft: "←", ArrowDown: "↓", ArrowUp: "↑", " ": "space", Escape: "Esc", PageDown: "PgDn", PageUp: "PgUp" };
const shown = (key) => SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key.replace(/\+(\w)$/, (_, last) => `+${last.toUpperCase()}`));

function render(help) {
  const groups = [...new Set(KEYS.map((one) => one.group))].map((group) =>
    h("section", {}, h("h3", {}, t(`keys.${group}`)), KEYS.filter((one) => one.group === group).map((one) =>
      h("p", {}, h("span", {}, one.keys.map((key) => h("kbd", {}, shown(key)))), t(`key.${one.name}`)))));
  fill(help, h("header", {}, h("h2", {}, t("help.title")), h("button", { "aria-label": t("close"), onclick: () => help.close() }, "✕")), h("div", { class: "keys" }, groups));
}
