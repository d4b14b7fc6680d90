// Every word of the page, from strings.json, in the language that was chosen.

import { emit, state } from "./store.js";

let table = {};
let language = "en";
const KEY = "cliplib.language";

export async function loadStrings(usual) {
  table = await (await fetch("/static/strings.json")).json();
  setLanguage(localStorage.getItem(KEY) ?? usual, { keep: false });
}

export const inChinese = () => language === "zh";

export function setLanguage(chosen, { keep = true } = {}) {
  language = chosen === "zh" ? "zh" : "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  if (keep) localStorage.setItem(KEY, language);
  emit("language");
}

/** A sentence of the page; {name} is replaced by the value of that name. */
export function t(key, values = {}) {
  const text = table[key]?.[language] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** What an editor calls a key of a list; the key itself where the list does not have it. */
export function label(listing, key) {
  const term = state.setup?.choices[listing]?.find((one) => one.key === key);
  return term?.[language] || table[`${listing}.${key}`]?.[language] || key;
}

/** The title of a field. */
export const title = (field) => field[language] || field.name;
