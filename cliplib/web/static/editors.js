// One small form per kind of field. Each gets the value, the choices and a function to call with the new value.

import { fill, h } from "./dom.js";
import { state } from "./store.js";
import { inChinese, label, t } from "./strings.js";

const choices = (listing) => state.setup.choices[listing] ?? [];

/** The form of a field; `field` is its entry in the set-up. */
export function editor(field, value, commit) {
  return EDITORS[field.form](field, value, commit);
}

/** A value as text, for the machine's side and for conflicts. */
export function shownValue(field, value) {
  if (value === null || value === "" || (Array.isArray(value) && !value.length)) return "—";
  if (field.form === "keys") return value.map((key) => label(field.listing, key)).join(inChinese() ? "、" : ", ");
  if (field.form === "key") return label(field.listing, value);
  if (field.form === "products") return value.map((link) => label("product", link.product)).join(inChinese() ? "、" : ", ");
  if (field.form === "people") return value.map(personText).join("; ");
  return String(value);
}

const personText = (person) => [person.role && label("person_role", person.role), person.name || person.label, person.description].filter(Boolean).join(" · ");

const EDITORS = {
  text(field, value, commit) {
    const area = h("textarea", { rows: "1", "data-focus": field.name, "aria-label": field.name, value, spellcheck: "false" });
    area.addEventListener("change", () => commit(area.value));
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") area.value = value;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.blur();
    });
    return area;
  },

  key(field, value, commit) {
    const box = h("select", { "data-focus": field.name, "aria-label": field.name, onchange: () => commit(box.value || null) }, option("", "—"), options(field.listing, value ? [value] : []));
    box.value = value ?? "";
    return box;
  },

  keys(field, value, commit) {
    return chips(field, value, (key) => label(field.listing, key), {
      listing: field.listing,
      add: (key) => commit([...value, key]),
      drop: (at) => commit(value.filter((_, index) => index !== at)),
      first: (at) => commit([value[at], ...value.filter((_, index) => index !== at)]),
      least: 1,
    });
  },

  products(field, value, commit) {
    return chips(field, value, (link) => label("product", link.product), {
      listing: "product",
      add: (key) => commit([...value, productLink(key)]),
      drop: (at) => commit(value.filter((_, index) => index !== at)),
      least: 0,
    });
  },

  people(field, value, commit) {
    const rows = value.map((person, at) => {
      const change = (part) => commit(value.map((one, index) => (index === at ? { ...one, ...part } : one)));
      const role = h("select", { "aria-label": t("person.role"), onchange: () => change({ role: role.value }) }, options("person_role", person.role ? [person.role] : []));
      role.value = person.role ?? "";
      const name = h("input", { value: person.name, placeholder: t("person.name"), onchange: () => change({ name: name.value.trim() }) });
      const drop = h("button", { class: "plain", title: t("remove"), onclick: () => commit(value.filter((_, index) => index !== at)) }, "✕");
      return h("div", { class: "person" }, role, name, drop);
    });
    return h("div", { class: "people" }, rows, adder(field.name, "person_role", [], (role) => commit([...value, personOf(role)])));
  },
};

/** A product that a person has named. */
export const productLink = (product) => ({ product, evidence: t("evidence.person"), confidence: 1 });

export const personOf = (role, name = "") => ({ role, description: "", name });

function chips(field, value, text, { listing, add, drop, first, least }) {
  const taken = value.map((one) => one.product ?? one);
  const shown = value.map((one, at) =>
    h("span", { class: at === 0 && first ? "chip primary" : "chip" },
      h("button", { class: "name", title: first && at ? t("make_primary") : "", disabled: !first || at === 0, onclick: () => first?.(at) }, text(one)),
      value.length > least ? h("button", { class: "drop", title: t("remove"), onclick: () => drop(at) }, "✕") : null));
  return h("div", { class: "chips" }, shown, adder(field.name, listing, taken, add));
}

/** A list that adds what is chosen in it. */
function adder(name, listing, taken, add) {
  const box = h("select", { class: "adder", "data-focus": name, "aria-label": name, onchange: () => box.value && add(box.value) },
    option("", t("add")), choices(listing).filter(({ key }) => !taken.includes(key)).map(({ key }) => option(key, label(listing, key))));
  return box;
}

function options(listing, standing) {
  const keys = [...new Set([...choices(listing).map(({ key }) => key), ...standing])];
  return keys.map((key) => option(key, label(listing, key)));
}

const option = (value, text) => h("option", { value }, text);

/** A list of choices for the bulk bar: a heading, then the terms. */
export function menu(heading, listing, chosen) {
  const box = h("select", { class: "menu", "aria-label": heading, onchange: () => { if (box.value) chosen(box.value); box.value = ""; } });
  fill(box, option("", heading), choices(listing).map(({ key }) => option(key, label(listing, key))));
  return box;
}
