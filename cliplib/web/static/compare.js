// Clips side by side: a group of near duplicates, or the ones selected; and conflicts, with both values.

import { media } from "./api.js";
import { ensure } from "./cards.js";
import { fill, h, ICONS, icon, seconds } from "./dom.js";
import { shownValue } from "./editors.js";
import { openConflicts, resolve } from "./queue.js";
import { decideOn } from "./review.js";
import { currentId, emit, on, state } from "./store.js";
import { label, t, title } from "./strings.js";

const MOST = 8;

export function mountCompare(dialog) {
  let ids = [];
  on("compare", async () => {
    ids = chosen();
    if (ids.length < 2) { emit("said", t("compare.nothing")); return; }
    await ensure(ids);
    render(dialog, ids);
    dialog.showModal();
  });
  on("cards", (changed) => { if (dialog.open && changed.some((id) => ids.includes(id))) repaint(dialog); });
  dialog.addEventListener("close", () => fill(dialog)); // ends the videos
  closeOutside(dialog);
}

/** The selection, else the current clip with its near duplicates. */
function chosen() {
  if (state.selected.size > 1) return state.ids.filter((id) => state.selected.has(id)).slice(0, MOST);
  const group = state.cards.get(currentId())?.group;
  return (group && state.groups[group]?.slice(0, MOST)) || [];
}

function render(dialog, ids) {
  fill(dialog, heading(dialog, t("compare.title")), h("div", { class: "columns" }, ids.map(column)));
}

function column(id) {
  const card = state.cards.get(id);
  const video = h("video", { src: media(id, "clip.mp4"), poster: media(id, "poster.jpg"), loop: true, playsinline: true });
  video.muted = true;
  video.play().catch(() => {}); // closed before it began
  const decide = (status, drawing) => h("button", { class: `decide ${status}`, "data-decide": status, onclick: () => decideOn([id], status) }, icon(drawing), t(`do.${status}`));
  return h("article", { "data-clip": id, "data-status": card.status }, video,
    h("div", { class: "row" }, decide("approved", ICONS.check), decide("rejected", ICONS.cross)),
    h("dl", {}, [
      [t("fact.length"), `${seconds(card.length, 2)} s`],
      [t("filter.content_type"), card.content_types.map((key) => label("content_type", key)).join(" · ")],
      [t("filter.product"), card.products.map((link) => label("product", link.product)).join(" · ") || "—"],
      [t("compare.said"), card.spoken || "—"],
      [t("compare.seen"), card.description || "—"],
      [t("fact.file"), card.name],
    ].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

function repaint(dialog) {
  for (const article of dialog.querySelectorAll("article")) {
    const { status } = state.cards.get(article.dataset.clip);
    article.dataset.status = status;
    for (const button of article.querySelectorAll("[data-decide]")) button.setAttribute("aria-pressed", String(button.dataset.decide === status));
  }
}

export function mountConflicts(dialog) {
  const render = () => {
    if (!openConflicts().length) { dialog.close(); return; }
    fill(dialog, heading(dialog, t("conflict.title")), h("p", { class: "hint" }, t("conflict.why")), openConflicts().map(clash));
  };
  on("conflicts", () => { render(); dialog.showModal(); });
  on("queue", () => { if (dialog.open) render(); });
  closeOutside(dialog);
}

function clash(conflict) {
  const { edit, now, card } = conflict;
  const field = state.setup.fields.find((one) => one.name === edit.field);
  const shown = (value) => (field ? shownValue(field, value) : [t(`status.${value.status}`), value.note].filter(Boolean).join(" · "));
  const side = (heading, value, mine) => h("div", {}, h("h4", {}, heading), h("p", {}, shown(value)), h("button", { "data-mine": String(mine), onclick: () => resolve(conflict, mine) }, t(mine ? "conflict.use" : "conflict.leave")));
  return h("article", { class: "clash", "data-clip": edit.clip },
    h("img", { src: media(edit.clip, "poster.jpg"), alt: "" }),
    h("div", { class: "both" }, h("h3", {}, field ? title(field) : t("conflict.decision"), h("small", {}, t("conflict.revision", { seen: edit.revision, now: card.revision }))),
      h("div", { class: "pair" }, side(t("conflict.now"), now, false), side(t("conflict.mine"), edit.value, true))));
}

function heading(dialog, text) {
  return h("header", {}, h("h2", {}, text), h("button", { "aria-label": t("close"), onclick: () => dialog.close() }, "✕"));
}

export function closeOutside(dialog) {
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
