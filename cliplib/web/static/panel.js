// The panel of the current clip: picture and voice, the decision, every field in force beside the machine's, and why.

import { get, post } from "./api.js";
import { fill, h, ICONS, icon, typing } from "./dom.js";
import { editor, shownValue } from "./editors.js";
import { showGroup } from "./filters.js";
import { makePlayer } from "./player.js";
import { correct, decide } from "./review.js";
import { currentId, emit, on, select, state, subjects } from "./store.js";
import { t, title } from "./strings.js";
import { facts, spoken } from "./telling.js";
import { makeWave } from "./wave.js";

let panel, player, wave, body, underway;

export function mountPanel(parent) {
  panel = parent;
  player = makePlayer((ms) => { wave.head(ms); spokenAt(ms); });
  wave = makeWave((ms) => player.seek(ms), (range) => player.loop(range), keepCut);
  body = h("div", { class: "sheet" });
  on("current", fetchDetails);
  on("language", () => { if (state.details) render(); });
  on("theme", () => wave.draw());
  on("anticipated", anticipate);
  on("cards", (ids) => { if (ids.includes(state.details?.card.id)) followCard(); });
  on("play", () => player.toggle());
  on("nudge", (ms) => player.seek(Math.max(0, player.at() + ms)));
  on("mark", (key) => wave.mark(key === "i" ? "start" : "end", player.at()));
  on("edit", () => body.querySelector("[data-focus]")?.focus());
  on("note", () => panel.querySelector("#note")?.focus());
  empty();
}

function empty() {
  state.details = null;
  fill(panel, h("p", { class: "hint" }, t("panel.empty")));
}

async function fetchDetails({ again = false } = {}) {
  const id = currentId();
  underway?.abort(); // also where nothing is to be fetched: somebody has gone on and come back meanwhile
  panel.classList.toggle("stale", Boolean(id) && state.details?.card.id !== id);
  if (!id) { empty(); return; }
  if (!again && state.details?.card.id === id) return;
  underway = new AbortController();
  const { signal } = underway;
  try {
    const details = await get(`/api/clips/${id}`, {}, signal);
    const fresh = state.details?.card.id !== id;
    state.details = details;
    // Somebody in the middle of a word keeps it: it is compared with what was seen when it is sent.
    if (!fresh && typing(document.activeElement) && panel.contains(document.activeElement)) return;
    panel.classList.remove("stale");
    render();
    if (!fresh) return;
    panel.scrollTop = 0;
    await loadMedia(details, signal);
  } catch (error) {
    if (error.name !== "AbortError") emit("failed", error);
  }
}

/** The panel never shows less than the grid: a decision is about what stands here. */
function followCard() {
  const [seen, now] = [state.details.card, state.cards.get(state.details.card.id)];
  if (now.id === currentId() && (now.revision !== seen.revision || now.status !== seen.status || now.note !== seen.note)) fetchDetails({ again: true });
}

async function loadMedia(details, signal) {
  player.load(details.card);
  const { peaks } = await get(`/api/clips/${details.card.id}/peaks`, {}, signal);
  wave.load(details.card.length, peaks, heard(details));
}

/** Words, or lines where only they have times, in ms from the clip's start. */
function heard({ transcript, span }) {
  const parts = transcript.lines.flatMap((line) => (line.words.length ? line.words : [line]));
  return parts
    .map((part) => ({ start: Math.max(0, part.span.start - span.start), end: Math.min(span.end - span.start, part.span.end - span.start) }))
    .filter((part) => part.end > part.start);
}

/** The ends as they were dragged become the clip's own; it has another id then, and stays the current one. */
async function keepCut(range) {
  const { card } = state.details;
  wave.busy(true);
  emit("said", t("trim.cutting"));
  try {
    const { card: now, notes } = await post(`/api/clips/${card.id}/trim`, { ...range, revision: card.revision });
    state.cards.set(now.id, now);
    state.ids = state.ids.map((id) => (id === card.id ? now.id : id));
    emit("ids");
    emit("current");
    emit("said", [t("trim.kept"), ...notes].join(" "));
  } catch (error) {
    emit("failed", error);
  } finally {
    wave.busy(false);
  }
}

function anticipate(edits) {
  const { details } = state;
  if (!details) return;
  for (const edit of edits) {
    if (edit.clip !== details.card.id) continue;
    details.card = state.cards.get(edit.clip) ?? details.card;
    if (edit.kind === "correct") {
      details.values[edit.field] = edit.value;
      details.corrections[edit.field] = { who: state.setup.who, at: new Date().toISOString() };
    }
  }
  if (edits.some((edit) => edit.clip === details.card.id)) render();
}

function render() {
  const { details } = state;
  const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  const scroll = panel.scrollTop;
  fill(body, decision(details), state.setup.fields.map((field) => row(field, details)), spoken(details, (ms) => player.seek(ms)), facts(details, showGroup));
  if (!panel.contains(player.node)) fill(panel, player.node, wave.node, body);
  fitAreas();
  panel.scrollTop = scroll;
  if (focused) body.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

/** Text fields as high as their text, where the browser does not do it by itself. */
function fitAreas() {
  if (CSS.supports("field-sizing", "content")) return;
  for (const area of body.querySelectorAll("textarea")) area.style.height = `${area.scrollHeight + 2}px`;
}

function decision({ card }) {
  const status = (wanted, key, drawing) =>
    h("button", { class: `decide ${wanted}`, "aria-pressed": String(card.status === wanted), onclick: () => decideHere(wanted), "data-status": wanted }, icon(drawing), t(`do.${wanted}`), h("kbd", {}, key));
  const note = h("input", { id: "note", value: card.note, placeholder: t("note"), "aria-label": t("note"), maxlength: "2000", onchange: () => decideHere(card.status, note.value.trim()) });
  return h("div", { class: "decision" }, h("div", { class: "row" }, status("approved", "A", ICONS.check), status("rejected", "R", ICONS.cross)), note);
}

/** About this clip alone, even where several are selected. */
function decideHere(status, note) {
  if (subjects().length > 1) select([]);
  decide(status, note, { advance: note === undefined });
}

function row(field, details) {
  const { card, values, machine, corrections, provenance } = details;
  const value = values[field.name];
  const source = corrections[field.name];
  const same = JSON.stringify(value) === JSON.stringify(machine[field.name]);
  const by = source && h("span", { class: "by", title: source.at }, icon(ICONS.pen), t("by", { who: source.who, at: source.at.slice(0, 10) }));
  const form = editor(field, value, (next) => correct(state.cards.get(card.id) ?? card, field.name, value, next));
  const said = h("div", { class: "machine" }, same ? null : h("p", { class: "was" }, shownValue(field, machine[field.name])), origin(provenance[field.name], same));
  return h("section", { class: `field ${source ? "corrected" : ""}`, "data-field": field.name }, h("h4", {}, title(field), by), h("div", { class: "pair" }, form, said));
}

/** Who says so for the machine, how sure it is, and what it goes by. */
function origin(source, same) {
  if (!source) return same ? null : h("small", {}, t("machine"));
  const sure = source.confidence === null ? "" : `${Math.round(source.confidence * 100)} %`;
  return [
    h("small", {}, [source.model || source.engine, sure].filter(Boolean).join(" · ")),
    source.evidence ? h("small", { class: "evidence" }, source.evidence) : null,
  ];
}

function spokenAt(ms) {
  for (const word of body.querySelectorAll("[data-start]")) {
    word.classList.toggle("now", ms >= Number(word.dataset.start) && ms < Number(word.dataset.end));
  }
}
