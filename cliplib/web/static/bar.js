// The bar at the top and the line at the foot: words to look for, the two views, what is going on.

import { fill, h, ICONS, icon } from "./dom.js";
import { typed } from "./filters.js";
import { openConflicts, pending, trouble } from "./queue.js";
import { canUndo, undo } from "./review.js";
import { emit, on, state } from "./store.js";
import { inChinese, setLanguage, t } from "./strings.js";

const THEME = "cliplib.theme";
const SAID_MS = 6000;
let search;

export function mountBar(bar) {
  document.documentElement.dataset.theme =
    localStorage.getItem(THEME) ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  const render = () => {
    const words = search?.value ?? state.text;
    search = h("input", { type: "search", id: "search", value: words, placeholder: t("search.hint"), "aria-label": t("search.hint"), spellcheck: "false", oninput: () => typed(search.value) });
    fill(
      bar,
      h("div", { class: "brand" }, h("img", { src: "/static/icon.svg", alt: "" }), h("b", {}, "cliplib"), h("span", {}, state.setup.library)),
      h("div", { class: "views", role: "tablist" }, view("clips"), view("board")),
      h("label", { class: viewed() === "clips" ? "search" : "search away" }, icon(ICONS.search), search, h("kbd", {}, "/")),
      h("div", { class: "tools" },
        h("button", { title: t("key.undo"), id: "undo", disabled: !canUndo(), onclick: undo }, icon(ICONS.undo)),
        h("button", { id: "language", onclick: () => setLanguage(inChinese() ? "en" : "zh") }, inChinese() ? "EN" : "中文"),
        h("button", { title: t("theme"), onclick: turn }, icon(ICONS.sun)),
        h("button", { title: t("key.help"), id: "show-help", onclick: () => emit("help") }, "?")),
    );
  };
  on("language", render);
  on("view", render);
  on("queue", () => { const button = bar.querySelector("#undo"); if (button) button.disabled = !canUndo(); });
}

export const focusSearch = () => { search.focus(); search.select(); };

const viewed = () => document.getElementById("work").dataset.view;

function view(name) {
  return h("button", { role: "tab", "aria-selected": String(viewed() === name), "data-view": name, onclick: () => emit("show", name) }, t(`view.${name}`));
}

function turn() {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(THEME, theme);
  emit("theme");
}

export function mountFoot(foot) {
  const count = h("span", { id: "count" });
  const chosen = h("span", { id: "chosen" });
  const said = h("span", { id: "said", role: "status" });
  const sent = h("span", { id: "sent", role: "status" });
  foot.append(count, chosen, said, sent);
  let timer = 0;
  const say = (text, bad) => {
    said.textContent = text;
    said.classList.toggle("bad", bad);
    clearTimeout(timer);
    timer = setTimeout(() => { said.textContent = ""; }, SAID_MS);
  };
  const counts = () => {
    count.textContent = t(state.text ? "count.best" : "count.clips", { n: state.ids.length.toLocaleString(), all: state.setup.counts.clips.toLocaleString() });
    chosen.textContent = state.selected.size ? t("count.selected", { n: state.selected.size }) : "";
  };
  for (const event of ["ids", "selection", "language"]) on(event, counts);
  on("said", (text) => say(text, false));
  on("failed", (error) => say([error.message || t("unreached"), error.next].filter(Boolean).join(" "), true));
  const queue = () => paintQueue(sent);
  on("queue", queue);
  on("language", queue);
}

function paintQueue(node) {
  const problem = trouble();
  node.className = problem ? "bad" : pending() ? "busy" : "";
  const text = problem
    ? t(problem.status === 423 ? "queue.locked" : "queue.unreached", { n: pending(), why: problem.message })
    : pending() ? t("queue.sending", { n: pending() }) : t("queue.kept");
  const clash = openConflicts().length;
  fill(node, clash ? h("button", { class: "plain bad", id: "show-conflicts", onclick: () => emit("conflicts") }, t("queue.conflicts", { n: clash })) : null, text);
  node.title = problem?.message ?? "";
}
