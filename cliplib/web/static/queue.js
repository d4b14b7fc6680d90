// Decisions on their way to the library. They are kept in the browser until the library has them, even over a reload.

import { post } from "./api.js";
import { update } from "./cards.js";
import { emit, state } from "./store.js";
import { t } from "./strings.js";

const BATCH = 100;
const RETRY_MS = 3000;
let waiting = []; // {edit}, oldest first
let conflicts = []; // {edit, now, card}
let problem = null;
let sending = false;
let timer = 0;

const key = () => `cliplib.queue.${state.setup.library}`;

export const pending = () => waiting.length;
export const openConflicts = () => conflicts;
export const trouble = () => problem;

export function restoreQueue() {
  try {
    ({ waiting = [], conflicts = [] } = JSON.parse(localStorage.getItem(key()) ?? "{}"));
  } catch {
    emit("failed", { message: t("queue.unreadable"), next: "" });
  }
  emit("queue");
  flush();
}

export function enqueue(edits) {
  waiting.push(...edits.map((edit) => ({ edit })));
  keep();
  flush();
}

/** Done with a conflict: what stands in the library stays, or the person's edit is made again on top of it. */
export function resolve(conflict, mine) {
  conflicts = conflicts.filter((one) => one !== conflict);
  const { edit, now, card } = conflict;
  if (mine) waiting.push({ edit: { ...edit, revision: card.revision, seen: now } });
  keep();
  flush();
}

function keep() {
  try {
    if (waiting.length || conflicts.length) localStorage.setItem(key(), JSON.stringify({ waiting, conflicts }));
    else localStorage.removeItem(key());
  } catch {
    emit("failed", { message: t("queue.full"), next: "" }); // the tab itself still has them and sends them
  }
  emit("queue");
}

/** The next edits, at most one per clip: the second one has to start from what the first one has left. */
function nextBatch() {
  const clips = new Set();
  const batch = [];
  for (const item of waiting) {
    if (batch.length === BATCH) break;
    if (clips.has(item.edit.clip)) continue;
    clips.add(item.edit.clip);
    batch.push(item);
  }
  return batch;
}

async function flush() {
  if (sending || !waiting.length) return;
  sending = true;
  clearTimeout(timer);
  const batch = nextBatch();
  try {
    const { outcomes } = await post("/api/edits", { edits: batch.map((item) => item.edit) });
    problem = null;
    outcomes.forEach((outcome, at) => settle(batch[at], outcome));
    keep();
    emit("settled", outcomes);
  } catch (error) {
    problem = error;
    emit("queue");
    if (error.status === 400) giveBack(batch, error);
    else timer = setTimeout(flush, RETRY_MS);
  } finally {
    sending = false;
  }
  if (!problem) flush();
}

function settle(item, outcome) {
  waiting = waiting.filter((one) => one !== item);
  const { edit } = item;
  if (outcome.state === "kept") {
    // Later edits of the same clip were made on top of this one; they follow its revision, unless others came between.
    const grown = outcome.card.revision - edit.revision;
    if (grown <= 1) for (const { edit: later } of waiting) if (later.clip === edit.clip) later.revision = outcome.card.revision;
  } else if (outcome.state === "conflict") {
    conflicts.push({ edit, now: outcome.now, card: outcome.card });
  } else {
    emit("failed", { message: outcome.why, next: "" });
  }
  if (outcome.card && !waiting.some((one) => one.edit.clip === edit.clip)) update(outcome.card);
}

/** A batch that the server does not understand would never pass; it is named and taken out. */
function giveBack(batch, error) {
  waiting = waiting.filter((item) => !batch.includes(item));
  problem = null;
  keep();
  emit("failed", error);
}
