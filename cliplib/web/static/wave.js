// The voice as a drawing with words under it, a playhead, and in and out points that snap to the edges of words.

import { h, seconds } from "./dom.js";
import { t } from "./strings.js";

const HEIGHT = 64;
const SNAP_PX = 9;
const SHORTEST = 1000; // ms; no clip is shorter

/**
 * A waveform; `seek(ms)` is called on a click, `ranged(range)` when in or out have moved (null: the whole clip), and
 * `keep(range)` when they are to be the clip's ends from now on.
 */
export function makeWave(seek, ranged, keep) {
  const canvas = h("canvas", { height: String(HEIGHT) });
  const head = h("i", { class: "head" });
  const shade = [h("i", { class: "shade" }), h("i", { class: "shade" })];
  const handles = { start: h("i", { class: "handle in", title: t("trim.in") }), end: h("i", { class: "handle out", title: t("trim.out") }) };
  const strip = h("div", { class: "strip" }, canvas, ...shade, head, handles.start, handles.end);
  const told = h("span", {});
  const kept = h("button", { class: "plain", id: "keep-cut", onclick: () => keep(range) });
  const node = h("div", { class: "wave" }, strip, h("p", { class: "trim" }, told, kept));
  let clip = { length: 1000, peaks: [], words: [], edges: [0, 1000] };
  let range = { start: 0, end: 1000 };

  const x = (ms) => (ms / clip.length) * strip.clientWidth;
  const ms = (event) => {
    const place = strip.getBoundingClientRect();
    return Math.max(0, Math.min(clip.length, ((event.clientX - place.left) / place.width) * clip.length));
  };

  function snapped(at) {
    const nearest = clip.edges.reduce((best, edge) => (Math.abs(edge - at) < Math.abs(best - at) ? edge : best), clip.edges[0]);
    return Math.abs(x(nearest) - x(at)) <= SNAP_PX ? nearest : Math.round(at / 10) * 10;
  }

  function put(side, at) {
    const other = side === "start" ? range.end - SHORTEST : range.start + SHORTEST;
    range = { ...range, [side]: side === "start" ? Math.max(0, Math.min(at, other)) : Math.min(clip.length, Math.max(at, other)) };
    paint();
    ranged(whole() ? null : range);
  }

  const whole = () => range.start === 0 && range.end === clip.length;

  function paint() {
    const right = x(range.end);
    handles.start.style.left = `${x(range.start)}px`;
    handles.end.style.left = `${right}px`;
    shade[0].style.width = `${x(range.start)}px`;
    shade[1].style.left = `${right}px`;
    shade[1].style.width = `${Math.max(0, strip.clientWidth - right)}px`;
    const values = { start: seconds(range.start, 2), end: seconds(range.end, 2), length: seconds(range.end - range.start, 2) };
    told.textContent = whole() ? t("trim.hint") : t("trim.suggested", values);
    told.classList.toggle("set", !whole());
    kept.textContent = t("trim.keep");
    kept.hidden = whole();
  }

  function draw() {
    const width = strip.clientWidth;
    if (!width) return;
    const scale = window.devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = HEIGHT * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(node);
    pen.fillStyle = style.getPropertyValue("--word");
    for (const word of clip.words) pen.fillRect(x(word.start), 0, Math.max(1, x(word.end) - x(word.start) - 1), HEIGHT);
    pen.fillStyle = style.getPropertyValue("--voice");
    const loudest = Math.max(20, ...clip.peaks);
    for (let at = 0; at < width; at += 2) {
      const from = Math.floor((at / width) * clip.peaks.length);
      const to = Math.max(from + 1, Math.floor(((at + 2) / width) * clip.peaks.length));
      const peak = Math.max(0, ...clip.peaks.slice(from, to)) / loudest;
      const tall = Math.max(1, peak * (HEIGHT - 10));
      pen.fillRect(at, (HEIGHT - tall) / 2, 1.4, tall);
    }
    paint();
  }

  for (const [side, handle] of Object.entries(handles)) {
    handle.addEventListener("pointerdown", (event) => { handle.setPointerCapture(event.pointerId); event.stopPropagation(); event.preventDefault(); });
    handle.addEventListener("pointermove", (event) => { if (handle.hasPointerCapture(event.pointerId)) put(side, snapped(ms(event))); });
  }
  strip.addEventListener("pointerdown", (event) => seek(ms(event)));
  new ResizeObserver(draw).observe(strip);

  return {
    node,
    draw,
    busy: (is) => { kept.disabled = is; },
    head: (at) => { head.style.left = `${x(at)}px`; },
    mark: (side, at) => put(side, snapped(at)),
    load(length, peaks, words) {
      clip = { length, peaks, words, edges: [...new Set([0, length, ...words.flatMap((word) => [word.start, word.end])])] };
      range = { start: 0, end: length };
      head.style.left = "0";
      draw();
    },
  };
}
