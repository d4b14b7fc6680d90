// The beginning: set-up and words first, then each part of the page in its place.

import { get } from "./api.js";
import { mountBar, mountFoot } from "./bar.js";
import { mountBoard } from "./board.js";
import { mountBulk } from "./bulk.js";
import { fetchCards } from "./cards.js";
import { closeOutside, mountCompare, mountConflicts } from "./compare.js";
import { h } from "./dom.js";
import { find, loadGroups, mountFilters, recall } from "./filters.js";
import { focusGrid, mountGrid } from "./grid.js";
import { mountKeys } from "./keys.js";
import { mountPanel } from "./panel.js";
import { pending, restoreQueue } from "./queue.js";
import { currentId, emit, on, state } from "./store.js";
import { loadStrings, t } from "./strings.js";

const part = (id) => document.getElementById(id);

async function start() {
  state.setup = await get("/api/setup");
  await loadStrings(state.setup.language);
  recall();
  mountBar(part("bar"));
  mountFilters(part("filters"));
  mountGrid(part("stage"));
  mountBulk(part("stage"));
  mountPanel(part("panel"));
  mountBoard(part("board"));
  mountFoot(part("foot"));
  mountKeys(part("help"));
  mountCompare(part("compare"));
  mountConflicts(part("conflicts"));
  closeOutside(part("help"));
  on("show", show);
  on("ids", nothing);
  emit("language");
  restoreQueue();
  await Promise.all([loadGroups(), find()]);
  focusGrid();
  // Somebody may have changed records with another program while the page was in the background.
  window.addEventListener("focus", () => { const id = currentId(); fetchCards([...new Set([...(id ? [id] : []), ...state.cards.keys()])].slice(0, 200)); });
  // What is kept in the browser is there again after a reload, but not under the address of another start of `serve`.
  window.addEventListener("beforeunload", (event) => { if (pending()) event.preventDefault(); });
  document.body.dataset.ready = "true";
}

function show(view) {
  const work = part("work");
  work.dataset.view = view;
  part("board").hidden = view !== "board";
  for (const id of ["filters", "stage", "panel"]) part(id).hidden = view === "board";
  emit("view");
  if (view === "clips") focusGrid();
}

function nothing() {
  part("stage").querySelector(".hint")?.remove();
  if (!state.ids.length) part("stage").append(h("p", { class: "hint" }, t(state.setup.counts.clips ? "grid.nothing" : "grid.empty")));
}

start().catch((error) => { document.body.append(h("p", { class: "hint" }, `cliplib: ${error.message}`)); });
