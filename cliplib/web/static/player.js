// Picture and voice of one clip together: the clip file is silent, the voice lies beside it.

import { media } from "./api.js";
import { h, ICONS, icon } from "./dom.js";

const DRIFT = 0.08; // seconds that the voice may be off before it is put right

/** A player; `moved(ms)` is told where it is while it plays. */
export function makePlayer(moved) {
  const video = h("video", { playsinline: true, preload: "metadata", disablepictureinpicture: true });
  video.muted = true;
  const voice = h("audio", { preload: "auto" });
  const face = h("button", { class: "face", "aria-label": "play" }, icon(ICONS.play));
  const node = h("div", { class: "player" }, video, voice, face);
  let range = null;

  const tick = () => {
    if (video.paused) return;
    if (range && (video.currentTime * 1000 >= range.end || video.currentTime * 1000 < range.start - 60)) seek(range.start);
    if (!voice.paused && Math.abs(voice.currentTime - video.currentTime) > DRIFT) voice.currentTime = video.currentTime;
    moved(video.currentTime * 1000);
    requestAnimationFrame(tick);
  };

  function seek(ms) {
    video.currentTime = ms / 1000;
    if (voice.src) voice.currentTime = ms / 1000;
    moved(ms);
  }

  function toggle() {
    if (!video.src) return;
    if (!video.paused) { video.pause(); return; }
    if (video.ended) seek(range?.start ?? 0);
    video.play().catch(() => {}); // another clip was loaded meanwhile
  }

  video.addEventListener("play", () => {
    node.classList.add("playing");
    if (voice.src) { voice.currentTime = video.currentTime; voice.play().catch(() => {}); }
    requestAnimationFrame(tick);
  });
  for (const event of ["pause", "ended"]) {
    video.addEventListener(event, () => {
      voice.pause();
      node.classList.remove("playing");
      if (video.ended && range) { seek(range.start); video.play().catch(() => {}); }
    });
  }
  node.addEventListener("click", toggle);

  return {
    node,
    toggle,
    seek,
    at: () => video.currentTime * 1000,
    loop: (wanted) => { range = wanted; },
    load(card) {
      range = null;
      const has = (name) => card.media.includes(name);
      node.classList.remove("playing");
      for (const [element, name] of [[video, "clip.mp4"], [voice, "voice.wav"]]) {
        if (has(name)) element.src = media(card.id, name);
        else { element.removeAttribute("src"); element.load(); }
      }
      if (has("poster.jpg")) video.poster = media(card.id, "poster.jpg");
      else video.removeAttribute("poster");
      node.classList.toggle("blank", !has("clip.mp4"));
    },
  };
}
