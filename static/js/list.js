// Keeps the list of pods what the server says it is: rows alone where that is enough, else all of it that was read.
import { address } from "./filter.js";
import { forget } from "./numbers.js";
import { isLive, orderKeeper, place } from "./order.js";
import { fetched, focusPath, keepSame, placeIn, refocus, replace, returnTo, settle } from "./rows.js";

const TOOLS_EVERY = 1000; // ms between two readings of the counts
let toolsTimer = 0;
let shown = ""; // what was asked for of what is on the page, but for pages

const list = () => document.querySelector(".list");

function withoutPages(url) {
  const copy = new URL(url);
  for (const name of ["page", "through", "open"]) copy.searchParams.delete(name);
  return copy.href;
}

/** The address of everything that is on the page now. */
function everything() {
  const url = address();
  const { page, through } = list().dataset;
  const same = withoutPages(url) === shown && (url.searchParams.get("page") || "1") === page;
  if (same && through !== page) url.searchParams.set("through", through);
  return url;
}

/** Ask for the containers of those pods too that are unfolded. */
export function withOpen(url) {
  const open = [...document.querySelectorAll('#hosts .expand[aria-expanded="true"]')].slice(0, 200);
  if (open.length) url.searchParams.set("open", open.map((button) => button.closest("tbody").dataset.key).join(","));
  return url;
}

/** Whether every pod that the address asks for is on the page. */
export function isWhole() {
  const { page, through, pages } = list().dataset;
  return page === "1" && through === pages;
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
  const path = focusPath(document.activeElement);
  let last = null;
  for (const section of wanted) {
    keepSame(section);
    let former = document.getElementById(section.id);
    if (former) keepTyped(former, section);
    else former = document.createElement("section");
    // Moving a part that stands right would cost it its focus.
    if (last ? last.nextElementSibling !== former : hosts.firstElementChild !== former) {
      hosts.insertBefore(former, last ? last.nextSibling : hosts.firstChild);
    }
    replace(former, section);
    last = section;
  }
  refocus(path);
  const empty = fresh.querySelector("#hosts > .empty");
  if (empty) hosts.append(empty);
}

const PARTS = { tools: ".view-row", view: "#sorted", "pager-below": "#end" };

function takeTools(fresh) {
  const from = fresh.querySelector(".list");
  // The counts come without what only rows can tell.
  const parts = Object.keys(PARTS).filter((id) => id !== "view" || from.dataset.counts === undefined);
  Object.assign(list().dataset, from.dataset);
  for (const id of parts) {
    const former = document.getElementById(id);
    const next = fresh.getElementById(id);
    if (former && next && former.isEqualNode(next)) continue;
    const label = document.activeElement?.id === "by-label" ? document.activeElement.value : null;
    const inside = former?.contains(document.activeElement) ? document.activeElement.id : "";
    if (former && next) former.replaceWith(next);
    else if (next) list().querySelector(PARTS[id]).before(next);
    else former?.remove();
    if (inside) document.getElementById(inside)?.focus();
    if (label !== null) document.getElementById("by-label").value = label;
  }
}

/** Take note that what is on the page is what the address asks for now. */
export function showsStill() {
  shown = withoutPages(address());
}

/** Read again all of the list that is on the page. */
export async function refreshList() {
  clearTimeout(toolsTimer);
  toolsTimer = 0;
  const url = everything();
  const [before, asked] = [url.href, address().href];
  const fresh = await fetched(withOpen(url));
  if (asked !== address().href) return; // typed on meanwhile: the next answer counts
  if (before !== everything().href) return refreshList(); // read on meanwhile
  shown = withoutPages(asked);
  // The server knows no live numbers.
  const putBack = isLive(fresh.querySelector(".list").dataset.sort) && isLive() ? orderKeeper() : null;
  const hosts = document.getElementById("hosts");
  const reads = placeIn(hosts, "tbody.pod");
  takeTools(fresh);
  takeSections(fresh);
  putBack?.();
  settle(hosts);
  returnTo(reads);
  lookAgain();
}

/** Read the counts again soon. */
export function countsChanged() {
  toolsTimer ||= setTimeout(async () => {
    toolsTimer = 0;
    const url = everything();
    try {
      const counts = new URL(url);
      counts.pathname = "/fragments/counts/";
      const fresh = await fetched(counts);
      // More was read meanwhile, or typed: another answer comes.
      if (url.href !== everything().href) return countsChanged();
      const whole = isWhole();
      takeTools(fresh);
      // A row that came to a list that was all there is on the page too.
      if (whole) list().dataset.through = list().dataset.pages;
    } catch (error) {
      console.info("the counts could not be read; the next change repeats it", error.message);
    }
  }, TOOLS_EVERY);
}

/** Whether a row can come or go by itself: all there is is on the page, and no head says how many it has. */
const isPlain = () => isWhole() && list().dataset.group === "host";

/** Put the row of a pod where it belongs; returns false where this page has no place for it. */
function put(former, fresh) {
  if (former) {
    const same = former.closest("section.host")?.id === fresh.dataset.section;
    replace(former, fresh);
    return same;
  }
  const table = document.getElementById(fresh.dataset.section)?.querySelector("table.pods");
  if (!table || !isPlain()) return false;
  place(table, fresh);
  window.htmx?.process(fresh);
  settle(fresh);
  return true;
}

/** Read some pods again: changed rows are replaced, gone ones taken out, new ones put in where this page shows them. */
export async function refreshPods(keys) {
  const url = address();
  url.pathname = "/fragments/pods/";
  url.searchParams.set("ids", keys.join(","));
  const parsed = await fetched(withOpen(url));
  const found = new Map([...parsed.querySelectorAll("tbody.pod")].map((pod) => [pod.dataset.key, pod]));
  let moved = false;
  for (const key of keys.map(String)) {
    const former = document.getElementById(`pod-${key}`);
    const fresh = found.get(key);
    const table = former?.closest("table");
    if (fresh) moved = !put(former, fresh) || moved;
    else if (former) {
      remove(former);
      moved ||= !isPlain();
    }
    moved ||= Boolean(table) && !table.querySelector("tbody.pod");
  }
  if (moved) await refreshList();
  else countsChanged();
}

/** Put what further pages show behind what is there. */
function append(fresh) {
  const hosts = document.getElementById("hosts");
  const came = [];
  for (const section of fresh.querySelectorAll("#hosts > section.host")) {
    const former = document.getElementById(section.id);
    const table = former?.querySelector("table.pods");
    const pods = [...section.querySelectorAll("tbody.pod")].filter((pod) => !document.getElementById(pod.id));
    if (table) table.append(...pods);
    else if (!former && section.matches(".host-line")) hosts.querySelector(":scope > .group").before(section);
    else if (!former) hosts.append(section);
    else continue;
    came.push(...(table ? pods : [section]));
  }
  for (const one of came) {
    window.htmx?.process(one);
    settle(one);
  }
}

const AT_MOST = 1000; // rows on one page
const ONCE = 5; // pages in one reading
const AGAIN_AFTER = 5000; // ms, when further pages could not be read
const end = document.getElementById("more");
let reading = null;

function hasMore() {
  const { through, pages } = list().dataset;
  const rows = document.querySelectorAll("#hosts tbody.pod").length;
  return through !== pages && rows < AT_MOST && withoutPages(address()) === shown;
}

const isNear = () => end.getBoundingClientRect().top < 2 * window.innerHeight;
const observer = new IntersectionObserver(() => hasMore() && isNear() && loadMore(isNear), { rootMargin: "100% 0px" });

/** Look at where the end stands now: who scrolls down at once after rows came never lets it be seen to leave. */
function lookAgain() {
  observer.unobserve(end);
  observer.observe(end);
}

/** Read further pages, up to `pages` of them; returns whether there may be more to read. */
async function readOn(pages) {
  if (!hasMore()) return false;
  const { page, through, pages: last } = list().dataset;
  const url = address();
  url.searchParams.set("page", Number(through) + 1);
  url.searchParams.set("through", Math.min(Number(through) + pages, Number(last)));
  const fresh = await fetched(withOpen(url));
  const now = list().dataset;
  if (withoutPages(url) !== withoutPages(address()) || now.page !== page || now.through !== through) return true;
  const from = fresh.querySelector(".list").dataset;
  Object.assign(now, { through: from.through, pages: from.pages });
  append(fresh);
  countsChanged();
  return true;
}

async function readWhile(pages, wanted) {
  while (await readOn(pages)) if (!wanted()) break;
}

/** Read on, one reading at a time, as long as `wanted` says so. */
export function loadMore(wanted, pages = 1) {
  reading ||= readWhile(pages, wanted)
    .then(lookAgain, (error) => {
      console.info("further pods could not be read; it is tried again", error.message);
      setTimeout(lookAgain, AGAIN_AFTER);
    })
    .finally(() => {
      reading = null;
    });
  return reading;
}

/** Read everything that one page may hold. */
export const loadAll = () => loadMore(() => true, ONCE);

// Containers are read when their pod is unfolded.
const unfolded = new Set();
document.addEventListener("podweb:unfolded", (event) => {
  if (!list()) return;
  if (!unfolded.size) {
    queueMicrotask(() => {
      const keys = [...unfolded].slice(0, 100);
      unfolded.clear();
      refreshPods(keys).catch((error) => console.info("the containers could not be read", error.message));
    });
  }
  unfolded.add(event.detail.dataset.key);
});

if (list()) {
  shown = withoutPages(location.href);
  observer.observe(end);
}
