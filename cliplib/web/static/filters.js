// What is shown: words in the bar, lists at the side. The address keeps both over a reload.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { emit, on, state } from "./store.js";
import { label, t } from "./strings.js";

const LISTS = [
  ["status", "status"],
  ["kind", "footage_kind"],
  ["product", "product"],
  ["without", "flag"],
  ["content_type", "content_type"],
  ["form", "form"],
];
const FOLDED = new Set(["form"]);
const TYPING_MS = 140;
let underway = null;
let timer = 0;

export function mountFilters(parent) {
  const render = () => fill(parent, clear(), groupSection(), LISTS.map(([filter, listing]) => section(filter, listing)));
  on("language", render);
  on("filters", render);
  on("groups", render);
}

/** Look again a moment after the last key. */
export function typed(text) {
  state.text = text;
  clearTimeout(timer);
  timer = setTimeout(find, TYPING_MS);
}

export async function find() {
  underway?.abort();
  underway = new AbortController();
  remember();
  try {
    const { ids } = await get("/api/find", { text: state.text, ...state.filters }, underway.signal);
    state.ids = ids;
    state.selected.clear();
    state.current = state.anchor = ids.length ? 0 : -1;
    emit("ids");
    emit("current");
    emit("selection");
  } catch (error) {
    if (error.name === "AbortError") return;
    emit("failed", error);
  }
}

export async function loadGroups() {
  ({ groups: state.groups } = await get("/api/groups"));
  emit("groups");
}

export function recall() {
  try {
    const { text = "", ...filters } = JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}");
    state.text = String(text);
    for (const [name, value] of Object.entries(filters)) {
      if (name in state.filters && typeof value === typeof state.filters[name]) state.filters[name] = value;
    }
  } catch {
    return; // an address that somebody has typed
  }
}

function remember() {
  const set = Object.entries(state.filters).filter(([, value]) => value.length);
  const said = { ...(state.text && { text: state.text }), ...Object.fromEntries(set) };
  history.replaceState(null, "", Object.keys(said).length ? `#${encodeURIComponent(JSON.stringify(said))}` : "/");
}

function section(filter, listing) {
  const terms = state.setup.choices[listing];
  if (!terms.length) return null;
  const chosen = state.filters[filter];
  const rows = terms.map(({ key }) => option(filter, key, label(listing, key), chosen.includes(key)));
  const heading = h("summary", {}, t(`filter.${filter}`), chosen.length ? h("b", {}, String(chosen.length)) : null);
  return h("details", { open: !FOLDED.has(filter) || chosen.length > 0 }, heading, h("div", { class: "options" }, rows));
}

function option(filter, key, text, checked) {
  const box = h("input", { type: "checkbox", "data-filter": filter, "data-key": key, onchange: () => choose(filter, key) });
  box.checked = checked;
  return h("label", { class: checked ? "on" : "" }, box, h("span", {}, text));
}

function choose(filter, key) {
  const chosen = state.filters[filter];
  state.filters[filter] = chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key];
  emit("filters");
  find();
}

export function showGroup(name) {
  state.filters.group = name;
  emit("filters");
  find();
}

function groupSection() {
  const count = Object.keys(state.groups).length;
  if (!count) return null;
  const box = h("input", { type: "checkbox", "data-filter": "group", onchange: () => showGroup(state.filters.group ? "" : "any") });
  box.checked = Boolean(state.filters.group);
  const text = state.filters.group && state.filters.group !== "any" ? t("filter.one_group") : t("filter.any_group", { n: count });
  return h("details", { open: true }, h("summary", {}, t("filter.group")), h("div", { class: "options" }, h("label", { class: box.checked ? "on" : "" }, box, h("span", {}, text))));
}

function clear() {
  const set = Object.values(state.filters).some((value) => value.length);
  return set && h("button", { class: "plain", onclick: clearAll }, t("filter.clear"));
}

export function clearAll() {
  for (const [name, value] of Object.entries(state.filters)) state.filters[name] = Array.isArray(value) ? [] : "";
  emit("filters");
  find();
}
