// Keeps the list of pods what the server says it is: rows alone where that is enough, else the whole page of it.
import { address } from "./filter.js";
import { forget } from "./numbers.js";
import { fetched, focusPath, refocus, replace, settle } from "./rows.js";

const TOOLS_EVERY = 1000; // ms between two readings of the counts
let toolsTimer = 0;

function insert(table, pod) {
  const before = [...table.tBodies].find((other) => other.dataset.name > pod.dataset.name);
  table.insertBefore(pod, before || null);
  window.htmx?.process(pod);
  settle(pod);
}

function remove(pod) {
  const path = focusPath(document.activeElement);
  const neighbour = pod.nextElementSibling || pod.previousElementSibling;
  forget(pod);
  pod.remove();
  if (path?.holder === pod.id) refocus({ holder: neighbour?.id || "main", name: "" });
}

/** Take over what the reader typed into the section's own form. */
function keepTyped(former, fresh) {
  const typed = former.querySelector(".create input[name=name]");
  const field = fresh.querySelector(".create input[name=name]");
  if (typed && field && typed.value !== typed.defaultValue) field.value = typed.value;
}

function takeSections(fresh) {
  const hosts = document.getElementById("hosts");
  const wanted = [...fresh.querySelectorAll("#hosts > section.host")];
  const ids = new Set(wanted.map((section) => section.id));
  for (const former of hosts.querySelectorAll(":scope > section.host")) {
    if (ids.has(former.id)) continue;
    for (const pod of former.querySelectorAll("tbody.pod")) forget(pod);
    former.remove();
  }
  hosts.querySelector(":scope > .empty")?.remove();
  let last = null;
  for (const section of wanted) {
    let former = document.getElementById(section.id);
    if (former) keepTyped(former, section);
    else {
      former = document.createElement("section");
      hosts.insertBefore(former, last ? last.nextSibling : hosts.firstChild);
    }
    replace(former, section);
    last = section;
  }
  const empty = fresh.querySelector("#hosts > .empty");
  if (empty) hosts.append(empty);
}

function takeTools(fresh) {
  const list = document.querySelector(".list");
  const from = fresh.querySelector(".list");
  Object.assign(list.dataset, from.dataset);
  for (const id of ["tools", "pager-below"]) {
    const former = document.getElementById(id);
    const next = fresh.getElementById(id);
    if (former && next && former.isEqualNode(next)) continue;
    const label = document.activeElement?.id === "by-label" ? document.activeElement.value : null;
    const chip = former?.contains(document.activeElement) ? document.activeElement.id : "";
    if (former && next) former.replaceWith(next);
    else if (next) list.append(next);
    else former?.remove();
    if (chip) document.getElementById(chip)?.focus();
    if (label !== null) document.getElementById("by-label").value = label;
  }
}

/** Read this page of the list again. */
export async function refreshList() {
  clearTimeout(toolsTimer);
  toolsTimer = 0;
  const url = address();
  const fresh = await fetched(url);
  if (url.href !== address().href) return; // typed on meanwhile: the next answer counts
  takeTools(fresh);
  takeSections(fresh);
  settle(document.getElementById("hosts"));
}

function countsChanged() {
  toolsTimer ||= setTimeout(async () => {
    toolsTimer = 0;
    try {
      const url = address();
      url.pathname = "/fragments/counts/";
      takeTools(await fetched(url));
    } catch (error) {
      console.info("the counts could not be read; the next change repeats it", error.message);
    }
  }, TOOLS_EVERY);
}

/** Read some pods again: changed rows are replaced, gone ones taken out, new ones put in where this page shows them. */
export async function refreshPods(keys) {
  const url = address();
  url.pathname = "/fragments/pods/";
  url.searchParams.set("ids", keys.join(","));
  const parsed = await fetched(url);
  const found = new Map([...parsed.querySelectorAll("tbody.pod")].map((pod) => [pod.dataset.key, pod]));
  const pages = Number(document.querySelector(".list").dataset.pages);
  let moved = false;
  for (const key of keys.map(String)) {
    const former = document.getElementById(`pod-${key}`);
    const fresh = found.get(key);
    if (former && fresh) replace(former, fresh);
    else if (former) {
      const table = former.closest("table");
      remove(former);
      moved ||= pages > 1 || !table.querySelector("tbody.pod");
    } else if (fresh) {
      const table = document.querySelector(`#host-${CSS.escape(fresh.dataset.host)} table.pods`);
      if (pages > 1 || !table) moved = true;
      else insert(table, fresh);
    }
  }
  if (moved) await refreshList();
  else countsChanged();
}
