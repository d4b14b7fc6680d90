// What is known of a clip besides its fields: the words with their times, why it starts and ends there, measurements.

import { h, seconds } from "./dom.js";
import { label, t } from "./strings.js";

/** The transcript; a click on a word goes there. */
export function spoken({ transcript, span }, seek) {
  const lines = transcript.lines.map((line) => {
    const parts = (line.words.length ? line.words : [line]).map((part) => word(part, span.start, seek));
    return h("p", {}, h("time", {}, seconds(Math.max(0, line.span.start - span.start), 2)), parts);
  });
  const told = lines.length ? lines : [h("p", { class: "none" }, transcript.reason || t("no_words"))];
  const source = [transcript.engine, transcript.language].filter(Boolean).join(" · ");
  return h("section", { class: "transcript" }, h("h4", {}, t("transcript"), h("span", { class: "by" }, source)), told);
}

function word(part, offset, seek) {
  const [start, end] = [part.span.start - offset, part.span.end - offset];
  const heard = part.heard ? `\n${t("heard", { heard: part.heard })}` : "";
  const node = h("button", { class: part.heard ? "word mended" : "word", title: `${seconds(start, 2)}–${seconds(end, 2)} s${heard}`, onclick: () => seek(Math.max(0, start)) }, part.text);
  node.dataset.start = start;
  node.dataset.end = end;
  return node;
}

/** Everything else, as a list of names and values. */
export function facts(details, showGroup) {
  const { card, span, start_edge: start, end_edge: end, facts: measured, rights, uses } = details;
  const rows = [
    [t("fact.span"), `${seconds(span.start, 2)}–${seconds(span.end, 2)} s`],
    [t("fact.starts"), edge(start)],
    [t("fact.ends"), edge(end)],
    [t("fact.file"), details.file],
    [t("fact.kind"), label("footage_kind", card.kind)],
    [t("fact.picture"), ["sharpness", "brightness", "motion"].map((name) => `${t(`fact.${name}`)} ${Math.round(measured[name] * 100)}`).join(" · ")],
    [t("fact.sound"), measured.has_sound ? [`${t("fact.speech")} ${Math.round(measured.speech * 100)} %`, measured.loudness === null ? "" : `${measured.loudness} LUFS`].filter(Boolean).join(" · ") : t("fact.silent")],
    [t("fact.flags"), card.flags.map((flag) => label("flag", flag)).join(" · ")],
    [t("fact.screen"), [...new Set(details.on_screen_text.map((one) => one.text))].join(" / ")],
    [t("fact.rights"), [rights.licence, rights.expires, rights.talent.join(", ")].filter(Boolean).join(" · ")],
    [t("fact.uses"), uses.map((use) => `${use.job} ${use.slot}`).join(", ")],
    [t("fact.id"), `${card.id} · r${card.revision}`],
  ].filter(([, value]) => value);
  const group = details.group.length > 1 && h("button", { class: "plain", onclick: () => showGroup(card.group) }, t("fact.group", { n: details.group.length }));
  return h("section", { class: "facts" }, h("h4", {}, t("facts")), group, h("dl", {}, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

const edge = ({ reason, detail }) => [t(`edge.${reason}`), detail].filter(Boolean).join(" · ");
