// What can be done to several clips at once; the bar is there while more than one is selected.

import { fill, h, ICONS, icon } from "./dom.js";
import { menu, personOf, productLink } from "./editors.js";
import { assign, decide } from "./review.js";
import { on, select, state } from "./store.js";
import { t } from "./strings.js";

export function mountBulk(parent) {
  const bar = h("div", { id: "bulk", hidden: true });
  parent.append(bar);
  const paint = () => {
    const several = state.selected.size > 1;
    if (several && bar.hidden) render(bar);
    bar.hidden = !several;
    const count = bar.querySelector("b");
    if (count) count.textContent = t("count.selected", { n: state.selected.size });
  };
  on("selection", paint);
  on("language", () => { if (!bar.hidden) render(bar); paint(); });
}

function render(bar) {
  const name = h("input", { placeholder: t("person.name"), "aria-label": t("person.name"), maxlength: "80" });
  fill(
    bar,
    h("b", {}),
    h("button", { class: "decide approved", onclick: () => decide("approved") }, icon(ICONS.check), t("do.approved")),
    h("button", { class: "decide rejected", onclick: () => decide("rejected") }, icon(ICONS.cross), t("do.rejected")),
    menu(t("bulk.content_type"), "content_type", (key) => assign("content_types", (keys) => [key, ...keys.filter((one) => one !== key)])),
    menu(t("bulk.product"), "product", (key) => assign("products", (links) => (links.some((link) => link.product === key) ? links : [...links, productLink(key)]))),
    h("span", { class: "pairing" }, name, menu(t("bulk.person"), "person_role", (role) => assign("people", (people) => withPerson(people, role, name.value.trim())))),
    h("button", { class: "plain", title: t("bulk.none"), "aria-label": t("bulk.none"), onclick: () => select([]) }, icon(ICONS.cross)),
  );
}

function withPerson(people, role, name) {
  const known = people.some((person) => person.role === role && person.name === name);
  return known ? people : [...people, personOf(role, name)];
}
