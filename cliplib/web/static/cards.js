// The short form of each clip, fetched in pages when the grid comes near it.

import { get } from "./api.js";
import { emit, state } from "./store.js";

const PAGE = 100;
const underway = new Map(); // id -> the promise of its page

/** See to it that the cards of these ids are there; whether all of them are. */
export async function ensure(ids) {
  const missing = ids.filter((id) => !state.cards.has(id));
  await Promise.all([fetchCards(missing.filter((id) => !underway.has(id))), ...new Set(missing.map((id) => underway.get(id)))]);
  return ids.every((id) => state.cards.has(id));
}

/** Fetch cards anew, such as after somebody else may have changed them. */
export async function fetchCards(ids) {
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE);
    const coming = get("/api/cards", { ids: page.join(",") });
    page.forEach((id) => underway.set(id, coming.catch(() => {}))); // told below, once
    try {
      const { cards } = await coming;
      for (const card of cards) state.cards.set(card.id, card);
      emit("cards", page);
    } catch (error) {
      emit("failed", error);
      return;
    } finally {
      page.forEach((id) => underway.delete(id));
    }
  }
}

/** Put a newer card in place and show it. */
export function update(card) {
  state.cards.set(card.id, card);
  emit("cards", [card.id]);
}

/** Pages of ids round a stretch of the grid, so that neighbours come together. */
export function around(first, last) {
  const from = Math.max(0, Math.floor(first / PAGE) * PAGE);
  return state.ids.slice(from, Math.ceil((last + 1) / PAGE) * PAGE);
}
