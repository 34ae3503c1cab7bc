// Keeps the rows what the server says they are, without losing what the reader opened, focused or dismissed.
import { renew } from "./ages.js";
import { filter } from "./filter.js";
import { putAround } from "./keep.js";
import { follow, forget, show } from "./numbers.js";

const open = new Set(JSON.parse(sessionStorage.getItem("podweb.open") || "[]"));
const dismissed = new Set(JSON.parse(sessionStorage.getItem("podweb.dismissed") || "[]"));
const said = new Set();

function keep(key, set) {
  sessionStorage.setItem(key, JSON.stringify([...set].slice(-200)));
}

function expand(pod, isOpen) {
  const button = pod.querySelector(".expand");
  if (!button) return;
  button.setAttribute("aria-expanded", String(isOpen));
  const lines = pod.querySelectorAll(".container-row");
  for (const line of lines) line.hidden = !isOpen;
  if (isOpen && !lines.length && pod.dataset.whole === undefined && !button.disabled) {
    document.dispatchEvent(new CustomEvent("podweb:unfolded", { detail: pod }));
  }
}

function announce(alert) {
  const key = `${alert.dataset.operation} ${alert.dataset.outcome}`;
  if (said.has(key)) return;
  said.add(key);
  document.getElementById("announcer").textContent = alert.querySelector("[data-say]").textContent;
}

function podsIn(root) {
  return root.matches?.("tbody.pod") ? [root] : root.querySelectorAll("tbody.pod");
}

// Rows as they came from the server, to know those that are the same when they come again. Tokens differ each time.
const texts = new WeakMap();
const TOKEN = /(name="csrfmiddlewaretoken" value=")[^"]*/g;
const textOf = (pod) => pod.outerHTML.replace(TOKEN, "$1");

/** Leave rows that did not change as they are: put them into `fresh` in the place of their copies. */
export function keepSame(fresh) {
  for (const copy of fresh.querySelectorAll("tbody.pod")) {
    const pod = document.getElementById(copy.id);
    if (pod && texts.get(pod) === textOf(copy)) copy.replaceWith(pod);
  }
}

/** Make what just came from the server look as the reader left it. */
export function settle(root) {
  for (const pod of podsIn(root)) {
    if (!texts.has(pod)) texts.set(pod, textOf(pod));
    if (open.has(pod.dataset.pod) || pod.closest(".detail")) expand(pod, true);
    follow(pod);
  }
  for (const alert of root.querySelectorAll(".outcome")) {
    if (dismissed.has(alert.dataset.operation)) (alert.closest("tr") || alert).remove();
    else announce(alert);
  }
  renew(root);
  filter();
  document.dispatchEvent(new CustomEvent("podweb:rows", { detail: root }));
}

function nameOf(element) {
  return element.getAttribute("aria-label") || element.id || element.textContent.trim();
}

/** Say where the focus is in words that outlive the element. */
export function focusPath(element) {
  const holder = element?.closest?.("tr[data-place], tbody.pod, section.host, #detail");
  return holder ? { holder: holder.id, name: nameOf(element), selection: element.selectionStart } : null;
}

/** Put the focus back where `path` says, or close to it, if it was lost. */
export function refocus(path) {
  const active = document.activeElement;
  // What was hidden with the focus in it keeps it until the next frame.
  if (!path || (active !== document.body && active?.checkVisibility())) return;
  const holder = document.getElementById(path.holder);
  const named = [...(holder?.querySelectorAll("a, button, input, summary") || [])];
  const same = named.find((element) => nameOf(element) === path.name);
  const choices = [same, same?.closest("details")?.querySelector("summary"), holder?.querySelector("a")];
  for (const element of [...choices, document.getElementById("main")]) {
    element?.focus();
    if (element && document.activeElement === element) break;
  }
  if (same && document.activeElement === same && typeof path.selection === "number") {
    same.setSelectionRange(path.selection, path.selection);
  }
}

/** Put `fresh` in the place of `former`, with its menu open and the focus where they were. */
export function replace(former, fresh) {
  const path = focusPath(document.activeElement);
  const menu = former.querySelector("details.menu[open]")?.closest("tbody.pod").id;
  for (const pod of podsIn(former)) forget(pod);
  former.replaceWith(fresh);
  const again = menu && document.getElementById(menu)?.querySelector("details.menu");
  if (again) again.open = true;
  window.htmx?.process(fresh);
  settle(fresh);
  refocus(path);
}

/** Return the fragment at `url` as a document; throws when it cannot be had. */
export async function fetched(url) {
  const response = await fetch(url, { headers: { "X-Fragment": "1" }, redirect: "manual", cache: "no-store" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

const tones = JSON.parse(document.body.dataset.tones || "{}");

/** Show the states (by primary key) at once; the rest of each row follows when it has been read. */
export function setStates(states) {
  for (const [key, state] of Object.entries(states)) {
    const pod = document.getElementById(`pod-${key}`);
    if (!pod || pod.dataset.state === state) continue;
    const label = pod.querySelector(".pod-row .c-state .pf-v6-c-label");
    label.classList.remove(...Object.values(tones));
    label.classList.add(tones[state.toLowerCase()] || tones[""]);
    label.querySelector(".pf-v6-c-label__text").textContent = state;
    pod.dataset.state = state;
    texts.set(pod, ""); // it is no longer as it came
  }
}

function foldName(fold) {
  if (fold.id) return fold.id;
  const line = fold.closest("tr")?.querySelector("th, td a")?.textContent || "";
  return `${line} ${fold.closest("section")?.id || ""} ${fold.querySelector("summary").textContent}`;
}

/** The first line in view and where it is; null at the top of the page, where what is new shall be seen. */
export function placeIn(root, lines = "[data-place]") {
  if (window.scrollY === 0) return null;
  const bar = document.querySelector(".bar").getBoundingClientRect().bottom;
  for (const line of root.querySelectorAll(lines)) {
    const { top } = line.getBoundingClientRect();
    if (top >= bar) return { id: line.id, top };
  }
  return null;
}

/** Scroll so that the line stands where it stood. */
export function returnTo(place) {
  const line = place && document.getElementById(place.id);
  if (line) window.scrollBy({ top: line.getBoundingClientRect().top - place.top, behavior: "instant" });
}

/** Read a pod's own page again. */
export async function refreshDetail() {
  const detail = document.getElementById("detail");
  const fresh = await fetched(detail.dataset.url);
  // Not before: the reader went on meanwhile.
  const path = focusPath(document.activeElement);
  // What the reader unfolded stays so: the same fold stands in the same place.
  const folds = (root) => [...root.querySelectorAll("details:not(.menu)")].map((fold) => [foldName(fold), fold]);
  const unfolded = new Set(folds(detail).flatMap(([name, fold]) => (fold.open ? [name] : [])));
  for (const [name, fold] of folds(fresh)) if (unfolded.has(name)) fold.open = true;
  for (const pod of podsIn(detail)) forget(pod);
  const place = placeIn(detail);
  putAround(detail, fresh.body);
  window.htmx?.process(detail);
  settle(detail);
  refocus(path);
  returnTo(place);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".expand");
  if (button) {
    const pod = button.closest("tbody.pod");
    const isOpen = button.getAttribute("aria-expanded") !== "true";
    if (isOpen) open.add(pod.dataset.pod);
    else open.delete(pod.dataset.pod);
    keep("podweb.open", open);
    expand(pod, isOpen);
    show(pod);
  }
  const cross = event.target.closest(".dismiss");
  if (cross) {
    const alert = cross.closest(".pf-v6-c-alert");
    if (alert.dataset.operation) {
      dismissed.add(alert.dataset.operation);
      keep("podweb.dismissed", dismissed);
    }
    (alert.closest(".outcome-row") || alert).remove();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
