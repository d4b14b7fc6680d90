// What a person does to clips: decide, correct, assign, take back. Shown at once, sent through the queue.

import { ensure, update } from "./cards.js";
import { enqueue } from "./queue.js";
import { emit, moveTo, state, subjects } from "./store.js";
import { t } from "./strings.js";

const UNDO_STEPS = 100;
const done = [];

export const canUndo = () => done.length > 0;

/** Approve or reject the selected clips, or the current one, which then gives way to the next. */
export async function decide(status, note = undefined, { advance = true } = {}) {
  const ids = subjects();
  const single = !state.selected.size;
  await decideOn(ids, status, note);
  if (single && advance) moveTo(state.current + 1);
}

export async function decideOn(ids, status, note = undefined) {
  if (!(await ensure(ids))) return; // why not has been said
  const edits = ids.map((id) => state.cards.get(id)).map((card) => ({
    kind: "decide",
    clip: card.id,
    revision: card.revision,
    seen: { status: card.status, note: card.note },
    value: { status, note: note ?? card.note },
  }));
  act(edits, t(`did.${status}`, { n: edits.length }));
}

/** Put a person's value over the one that was seen. */
export function correct(card, field, seen, value) {
  if (JSON.stringify(seen) === JSON.stringify(value)) return;
  act([{ kind: "correct", clip: card.id, revision: card.revision, field, seen, value }], t("did.corrected", { n: 1 }));
}

/** Change one list of several clips, each from what it has; `change` gets a copy of the list and gives the new one. */
export async function assign(field, change) {
  const ids = subjects();
  if (!(await ensure(ids))) return; // why not has been said
  const edits = ids
    .map((id) => state.cards.get(id))
    .map((card) => ({
      kind: "correct",
      clip: card.id,
      revision: card.revision,
      field,
      seen: card[field],
      value: change(structuredClone(card[field])),
    }))
    .filter((edit) => JSON.stringify(edit.seen) !== JSON.stringify(edit.value));
  act(edits, t("did.corrected", { n: edits.length }));
}

/** Take the last action back, as a new edit: what others have done meanwhile shows as a conflict. */
export function undo() {
  const edits = done.pop();
  if (!edits) return;
  const back = edits.map((edit) => ({
    ...edit,
    revision: state.cards.get(edit.clip)?.revision ?? edit.revision,
    seen: edit.value,
    value: edit.seen,
  }));
  anticipate(back);
  enqueue(back);
  const index = state.ids.indexOf(back[0].clip);
  if (index >= 0) moveTo(index);
  emit("said", t("did.undone", { n: back.length }));
}

function act(edits, said) {
  if (!edits.length) return;
  done.push(edits);
  if (done.length > UNDO_STEPS) done.shift();
  anticipate(edits);
  enqueue(edits);
  emit("said", said);
}

/** Show edits before the library has them. */
function anticipate(edits) {
  for (const edit of edits) {
    const card = state.cards.get(edit.clip);
    if (!card) continue;
    if (edit.kind === "decide") update({ ...card, ...edit.value });
    else {
      const value = edit.field in card ? { [edit.field]: edit.value } : {};
      update({ ...card, ...value, corrected: [...new Set([...card.corrected, edit.field])] });
    }
  }
  emit("anticipated", edits);
}
