// Sorting and grouping as the reader asks for it. By live numbers the rows are put in order again now and then, but only
// at calm moments: nothing moves under a pointer, a focus, a choice or somebody who reads further down.
import { clock } from "./format.js";
import { address } from "./filter.js";
import { countsChanged, isWhole, loadAll, refreshList, showsStill } from "./list.js";
import { arrange, inOrder, isLive, sortOf } from "./order.js";

const AGAIN_EVERY = 5000; // ms
const USUAL = { sort: "name", group: "host" };
const list = document.querySelector(".list");
let arrangedAt = -Infinity;
let when = ""; // the order is of this time of day
let pointing = false;
let hasNumbers = false;

function isCalm() {
  if (pointing || document.activeElement.closest("tbody.pod") || !getSelection().isCollapsed) return false;
  if (document.querySelector("dialog[open], details.menu[open], tbody.pod .choose:checked")) return false;
  const bar = document.querySelector(".bar").getBoundingClientRect().bottom;
  const table = document.querySelector("#hosts table.pods");
  return !table || table.getBoundingClientRect().top >= bar - 1;
}

/** Say of when the order is, and of how many pods where these are not all. */
function tell(held) {
  const box = document.getElementById("sorted");
  if (!box) return;
  box.hidden = !isLive() || !document.querySelector("#hosts tbody.pod");
  if (box.hidden) return;
  const rows = document.querySelectorAll("#hosts tbody.pod").length;
  const among = isWhole() ? "" : `Sorted are the ${rows} pods on this page, of ${list.dataset.total}. `;
  const of = when ? `Order of ${when}${held ? ", held while you read." : "."}` : "No live numbers have come yet.";
  const words = document.getElementById("sorted-words");
  if (words.textContent !== among + of) words.textContent = among + of;
  document.getElementById("sort-again").hidden = !held;
}

function arrangeNow() {
  arrange();
  arrangedAt = performance.now();
  if (hasNumbers) when = clock(Date.now() / 1000);
  tell(false);
}

function ticked() {
  hasNumbers = true;
  if (!isLive() && !sortOf().endsWith("state")) return;
  if (isLive() && !isWhole()) loadAll();
  if (when && performance.now() - arrangedAt < AGAIN_EVERY) return;
  if (isCalm() || (!when && isLive() && window.scrollY === 0)) arrangeNow();
  else tell(!inOrder());
}

/** Show in heads and fields that the order is now `sort`. */
function showSort(sort) {
  list.dataset.sort = sort;
  const column = sort.replace("-", "");
  for (const head of document.querySelectorAll("#hosts th[data-column]")) {
    const button = head.querySelector("button");
    const here = head.dataset.column === column;
    head.ariaSort = here ? (sort.startsWith("-") ? "descending" : "ascending") : "none";
    const first = /cpu|memory/.test(head.dataset.column) ? `-${head.dataset.column}` : head.dataset.column;
    const other = first.startsWith("-") ? first.slice(1) : `-${first}`;
    button.value = sort === first ? other : first;
  }
  for (const option of document.querySelectorAll("#view-sort option")) {
    option.toggleAttribute("selected", option.value === sort);
    option.selected = option.value === sort;
  }
}

function keepInForms(wanted) {
  for (const form of document.querySelectorAll("#search, .by-label")) {
    for (const [name, value] of Object.entries(wanted)) {
      form.querySelector(`input[name=${name}]`)?.remove();
      if (value === USUAL[name]) continue;
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.append(field);
    }
  }
}

async function look(wanted) {
  const url = address();
  const onFirst = (url.searchParams.get("page") || "1") === "1";
  for (const [name, value] of Object.entries(wanted)) {
    if (value === USUAL[name]) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  url.searchParams.delete("page");
  history.replaceState(null, "", url);
  keepInForms(wanted);
  when = "";
  const known = wanted.group === list.dataset.group && onFirst && (isWhole() || isLive(wanted.sort));
  if (known) {
    showSort(wanted.sort);
    showsStill();
    countsChanged(); // the addresses of filters and pages hold the order too
  } else await refreshList();
  if (!known && !isLive(wanted.sort)) return tell(false);
  arrangeNow();
  if (isLive(wanted.sort)) await loadAll();
  arrangeNow();
}

function asked(form, button) {
  const given = new FormData(form, button);
  look({ sort: given.getAll("sort").at(-1), group: given.get("group") }).catch(() => form.submit());
}

if (list) {
  document.addEventListener("podweb:tick", ticked);
  document.addEventListener("pointerover", (event) => {
    pointing = event.pointerType === "mouse" && Boolean(event.target.closest("#hosts tbody.pod"));
  });
  document.documentElement.addEventListener("pointerleave", () => {
    pointing = false;
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "view") return;
    event.preventDefault();
    asked(event.target, event.submitter);
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("#view")) asked(event.target.form);
  });
  document.addEventListener("click", (event) => {
    if (event.target.id !== "sort-again") return;
    document.querySelector("#hosts th[aria-sort]:not([aria-sort=none]) button")?.focus();
    arrangeNow();
  });
  if (isLive()) loadAll().then(() => arrangeNow());
}
