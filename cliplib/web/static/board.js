// Edit plans as storyboards: the clip of each slot with its reason, and what else would do, to swap with one click.

import { get, media, post } from "./api.js";
import { fill, h, seconds } from "./dom.js";
import { emit, on, state } from "./store.js";
import { label, t } from "./strings.js";

let parent, list, plans = [], board = null;

export function mountBoard(section) {
  parent = section;
  on("show", (view) => { if (view === "board") open(); });
  on("language", () => { if (!parent.hidden) render(); });
}

async function open() {
  try {
    ({ plans } = await get("/api/plans"));
    const job = board?.job ?? plans[0]?.job;
    board = job ? await get(`/api/plans/${encodeURIComponent(job)}`) : null;
    render();
  } catch (error) {
    emit("failed", error);
  }
}

async function choose(job) {
  board = await get(`/api/plans/${encodeURIComponent(job)}`);
  render();
}

async function swap(slot, clip) {
  try {
    board = await post(`/api/plans/${encodeURIComponent(board.job)}/swap`, { slot, clip, version: board.version });
    emit("said", t("board.swapped", { slot }));
  } catch (error) {
    emit("failed", error);
    if (error.status === 409) await choose(board.job);
    return;
  }
  render();
}

function render() {
  list = h("nav", { class: "plans" }, plans.map((plan) =>
    h("button", { "aria-current": String(plan.job === board?.job), onclick: () => choose(plan.job) }, h("b", {}, plan.title), h("small", {}, t("board.sum", { n: plan.slots, s: seconds(plan.length) })))));
  fill(parent, list, board ? story() : h("p", { class: "hint" }, t("board.empty")));
}

function story() {
  const { plan } = board;
  const head = h("header", {}, h("h2", {}, plan.script.title), h("p", {}, [
    t("board.length", { is: seconds(board.length), wanted: seconds(plan.script.length) }), `${plan.script.width}×${plan.script.height}`, plan.writer, t(`proof.${plan.proof}`),
  ].filter(Boolean).join(" · ")), h("code", {}, `cliplib render ${state.setup.library}/jobs/${board.job}/plan.json -o film.mp4 --library ${state.setup.library}`));
  const notes = [...plan.changed_by_solver.map((change) => `${change.beat}: ${change.why}`), ...plan.notes];
  return h("div", { class: "story" }, head, ribbon(plan), h("ol", {}, plan.picks.map((pick) => slot(plan, pick)), plan.gaps.map(gap)),
    notes.length ? h("section", { class: "notes" }, h("h4", {}, t("board.notes")), notes.map((note) => h("p", {}, note))) : null);
}

/** The slots as lengths on one line. */
function ribbon(plan) {
  return h("div", { class: "ribbon" }, plan.picks.map((pick) => {
    const length = pick.trim.end - pick.trim.start;
    const type = board.cards[pick.clip]?.content_types[0];
    return h("i", { style: { "flex-grow": String(length) }, title: `${pick.slot} · ${seconds(length)} s` }, type ? label("content_type", type) : pick.slot);
  }));
}

function slot(plan, pick) {
  const beat = plan.script.beats.find((one) => one.id === pick.beat);
  const length = pick.trim.end - pick.trim.start;
  const terms = Object.entries(pick.terms).map(([name, value]) => `${name} ${value.toFixed(2)}`).join("  ");
  return h("li", { "data-slot": pick.slot },
    picture(pick.clip, true),
    h("div", { class: "about" },
      h("h3", {}, h("small", {}, pick.slot), (beat?.content_types ?? []).map((key) => label("content_type", key)).join(" · "), h("span", { class: "length" }, `${seconds(length)} s`)),
      h("p", { class: "line" }, beat?.line ?? ""),
      h("p", { class: "said" }, board.cards[pick.clip]?.spoken ?? ""),
      board.cards[pick.clip]?.status === "rejected" ? h("p", { class: "warning" }, t("board.rejected")) : null,
      h("p", { class: "reason", title: terms }, pick.reason)),
    h("div", { class: "runners" }, pick.runners_up.map((runner) =>
      h("button", { title: t("board.swap"), "data-clip": runner.clip, onclick: () => swap(pick.slot, runner.clip) }, picture(runner.clip, false), h("small", {}, runner.score.toFixed(2))))));
}

const gap = (one) => h("li", { class: "gap" }, h("div", { class: "about" }, h("h3", {}, h("small", {}, one.beat), t("board.gap")), h("p", { class: "line" }, one.line), h("p", { class: "reason" }, one.why)));

function picture(clip, large) {
  const card = board.cards[clip];
  if (!card) return h("div", { class: "frame blank" }, t("board.gone"));
  const frame = h("div", { class: "frame", "data-status": card.status, title: card.spoken || card.description }, h("img", { src: media(clip, "poster.jpg"), alt: "" }));
  frame.addEventListener("pointerenter", () => {
    const video = h("video", { src: media(clip, "clip.mp4"), loop: true, playsinline: true });
    video.muted = true;
    frame.append(video);
    video.play().catch(() => {}); // the pointer has left
  });
  frame.addEventListener("pointerleave", () => frame.querySelector("video")?.remove());
  if (large) frame.classList.add("large");
  return frame;
}
