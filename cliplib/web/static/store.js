// What the page knows, and who is told when it changes.

export const state = {
  setup: null,
  text: "",
  filters: { status: [], content_type: [], kind: [], form: [], product: [], without: [], group: "" },
  ids: [], // what the grid shows, in order; stays as it is while people decide, so that nothing jumps
  cards: new Map(),
  current: -1, // index into ids
  selected: new Set(),
  anchor: -1, // where a range of the selection begins
  details: null,
  groups: {},
};

const listeners = new Map();

export function on(event, listener) {
  if (!listeners.has(event)) listeners.set(event, []);
  listeners.get(event).push(listener);
}

export function emit(event, value) {
  for (const listener of listeners.get(event) ?? []) listener(value);
}

export const currentId = () => state.ids[state.current];

/** The clips that an action is about: those selected, else the current one. */
export function subjects() {
  if (state.selected.size) return state.ids.filter((id) => state.selected.has(id));
  return currentId() ? [currentId()] : [];
}

export function moveTo(index, { extend = false, keep = false } = {}) {
  if (!state.ids.length) return;
  const target = Math.max(0, Math.min(state.ids.length - 1, index));
  if (extend) {
    if (state.anchor < 0) state.anchor = Math.max(0, state.current);
    const [from, to] = [Math.min(state.anchor, target), Math.max(state.anchor, target)];
    state.selected = new Set(state.ids.slice(from, to + 1));
  } else if (!keep) {
    state.selected.clear();
    state.anchor = target;
  }
  state.current = target;
  emit("current");
  emit("selection");
}

export function toggle(index) {
  const id = state.ids[index];
  if (!id) return;
  if (!state.selected.size && state.current >= 0 && state.current !== index) state.selected.add(state.ids[state.current]);
  if (!state.selected.delete(id)) state.selected.add(id);
  state.current = state.anchor = index;
  emit("current");
  emit("selection");
}

export function select(ids) {
  state.selected = new Set(ids);
  emit("selection");
}
