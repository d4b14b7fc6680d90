// The grid of clips: only what can be seen exists as elements, which are used again as one scrolls.

import { media } from "./api.js";
import { around, ensure } from "./cards.js";
import { fill, h, ICONS, icon, seconds } from "./dom.js";
import { emit, moveTo, on, state, toggle } from "./store.js";
import { label, t } from "./strings.js";

const GAP = 10;
const SPARE_ROWS = 2;
const TEXT_HEIGHT = 62;
const SIZES = [124, 158, 204, 268];
const HOVER_MS = 130;
const FAST = 3000; // pixels per second above which posters are not begun

let box, sizer, columns, width, rowHeight;
let size = 1;
const shown = new Map(); // index -> cell
const spare = [];
let lastTop = 0, lastTime = 0, settle = 0, drawn = 0;

export function mountGrid(parent) {
  sizer = h("div", { class: "sizer" });
  box = h("div", { class: "grid", tabindex: "0", role: "listbox", "aria-multiselectable": "true" }, sizer);
  parent.append(box);
  box.addEventListener("scroll", schedule, { passive: true });
  new ResizeObserver(layOut).observe(box);
  for (const event of ["ids", "language"]) on(event, () => { recycleAll(); layOut(); });
  on("selection", repaint);
  on("current", reveal);
  on("cards", (ids) => { const changed = new Set(ids); for (const cell of shown.values()) if (changed.has(cell.id)) paint(cell); });
}

export const columnCount = () => columns ?? 1;
export const rowsInView = () => Math.max(1, Math.floor(box.clientHeight / rowHeight));
export const focusGrid = () => box.focus({ preventScroll: true });

export function resizeTiles(step) {
  size = Math.max(0, Math.min(SIZES.length - 1, size + step));
  layOut();
  reveal();
}

function layOut() {
  const room = box.clientWidth - GAP;
  if (room <= 0) return;
  columns = Math.max(1, Math.floor(room / (SIZES[size] + GAP)));
  width = Math.floor(room / columns) - GAP;
  rowHeight = width + TEXT_HEIGHT + GAP;
  sizer.style.height = `${Math.ceil(state.ids.length / columns) * rowHeight + GAP}px`;
  for (const cell of shown.values()) place(cell);
  draw();
}

function schedule() {
  if (!drawn) drawn = requestAnimationFrame(draw);
}

function draw(now = performance.now()) {
  drawn = 0;
  const top = box.scrollTop;
  const speed = (Math.abs(top - lastTop) * 1000) / Math.max(1, now - lastTime);
  [lastTop, lastTime] = [top, now];
  const first = Math.max(0, (Math.floor(top / rowHeight) - SPARE_ROWS) * columns);
  const rows = Math.ceil(box.clientHeight / rowHeight) + 1 + 2 * SPARE_ROWS;
  const last = Math.min(state.ids.length, first + rows * columns) - 1;
  for (const [index, cell] of shown) if (index < first || index > last) release(index, cell);
  for (let index = first; index <= last; index += 1) if (!shown.has(index)) show(index);
  clearTimeout(settle);
  if (speed > FAST) settle = setTimeout(() => load(first, last), 90);
  else load(first, last);
}

function load(first, last) {
  for (const cell of shown.values()) loadPoster(cell);
  if (last >= first) ensure(around(first, last));
}

function show(index) {
  const cell = spare.pop() ?? makeCell();
  cell.index = index;
  cell.id = state.ids[index];
  shown.set(index, cell);
  place(cell);
  paint(cell);
  cell.node.hidden = false;
}

function release(index, cell) {
  shown.delete(index);
  stopPlaying(cell);
  cell.node.hidden = true;
  spare.push(cell);
}

function recycleAll() {
  for (const [index, cell] of shown) release(index, cell);
}

function place(cell) {
  const x = (cell.index % columns) * (width + GAP) + GAP;
  const y = Math.floor(cell.index / columns) * rowHeight + GAP;
  cell.node.style.width = `${width}px`;
  cell.node.style.height = `${rowHeight - GAP}px`;
  cell.node.style.transform = `translate(${x}px, ${y}px)`;
}

function makeCell() {
  const cell = { index: -1, id: "", poster: "", timer: 0, video: null };
  cell.image = h("img", { alt: "", decoding: "async", draggable: "false" });
  cell.badges = h("div", { class: "badges" });
  cell.length = h("span", { class: "length" });
  cell.mark = h("span", { class: "mark" });
  cell.kind = h("span", { class: "type" });
  cell.words = h("p", { class: "words" });
  cell.frame = h("div", { class: "frame" }, cell.image, cell.badges, cell.mark, cell.length);
  cell.node = h("article", { class: "tile", role: "option" }, cell.frame, cell.kind, cell.words);
  cell.node.addEventListener("click", (event) => click(event, cell));
  cell.node.addEventListener("dblclick", () => emit("play"));
  cell.node.addEventListener("pointerenter", () => { cell.timer = setTimeout(() => play(cell), HOVER_MS); });
  cell.node.addEventListener("pointerleave", () => stopPlaying(cell));
  sizer.append(cell.node);
  return cell;
}

function click(event, cell) {
  if (event.metaKey || event.ctrlKey) toggle(cell.index);
  else moveTo(cell.index, { extend: event.shiftKey });
  focusGrid();
}

function paint(cell) {
  const card = state.cards.get(cell.id);
  const { node } = cell;
  node.dataset.id = cell.id;
  node.classList.toggle("empty", !card);
  node.dataset.status = card?.status ?? "";
  cell.length.textContent = card ? `${seconds(card.length)}s` : "";
  cell.kind.textContent = card ? card.content_types.map((key) => label("content_type", key)).join(" · ") : "";
  cell.words.textContent = card ? card.spoken || card.description : "";
  node.title = card ? [card.name, card.spoken, card.description].filter(Boolean).join("\n") : "";
  fill(cell.badges, ...(card ? badges(card) : []));
  fill(cell.mark, card?.status === "approved" ? icon(ICONS.check) : card?.status === "rejected" ? icon(ICONS.cross) : null);
  paintChoice(cell);
  if (cell.poster && cell.poster !== cell.id) { cell.image.removeAttribute("src"); cell.poster = ""; }
  if (!clearlyFast()) loadPoster(cell);
}

const clearlyFast = () => settle && Math.abs(box.scrollTop - lastTop) > box.clientHeight;

function badges(card) {
  const group = card.group && state.groups[card.group];
  return [
    card.group && h("span", { class: "badge twins", title: t("badge.duplicates") }, icon(ICONS.twins), group ? String(group.length) : ""),
    card.corrected.length > 0 && h("span", { class: "badge pen", title: t("badge.corrected") }, icon(ICONS.pen)),
    card.montage && h("span", { class: "badge" }, t("badge.montage")),
  ];
}

function loadPoster(cell) {
  const card = state.cards.get(cell.id);
  if (!card || cell.poster === cell.id) return;
  cell.poster = cell.id;
  const there = card.media.includes("poster.jpg");
  cell.frame.classList.toggle("blank", !there);
  if (there) cell.image.src = media(cell.id, "poster.jpg");
}

function paintChoice(cell) {
  cell.node.classList.toggle("current", cell.index === state.current);
  cell.node.classList.toggle("selected", state.selected.has(cell.id));
  cell.node.setAttribute("aria-selected", String(cell.index === state.current || state.selected.has(cell.id)));
}

function repaint() {
  for (const cell of shown.values()) paintChoice(cell);
}

function reveal() {
  if (state.current < 0 || !rowHeight) return;
  const top = Math.floor(state.current / columns) * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight + GAP > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight + GAP - box.clientHeight;
  repaint();
}

function play(cell) {
  if (!state.cards.get(cell.id)?.media.includes("clip.mp4") || cell.video) return;
  cell.video = h("video", { src: media(cell.id, "clip.mp4"), loop: true, playsinline: true, disablepictureinpicture: true });
  cell.video.muted = true;
  cell.image.after(cell.video);
  cell.video.play().catch(() => {}); // the pointer has left before the clip had begun
}

function stopPlaying(cell) {
  clearTimeout(cell.timer);
  if (!cell.video) return;
  cell.video.removeAttribute("src");
  cell.video.load();
  cell.video.remove();
  cell.video = null;
}
