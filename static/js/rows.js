// Keeps the rows what the server says they are, without losing what the reader opened, focused or dismissed.
import { show } from "./numbers.js";

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
  for (const line of pod.querySelectorAll(".container-row")) line.hidden = !isOpen;
  if (isOpen) show(pod);
}

function announce(alert) {
  const key = `${alert.dataset.operation} ${alert.dataset.outcome}`;
  if (said.has(key)) return;
  said.add(key);
  document.getElementById("announcer").textContent = alert.querySelector("[data-say]").textContent;
}

/** Make a row that just came from the server look as the reader left it. */
export function settle(root) {
  for (const pod of root.matches?.("tbody.pod") ? [root] : root.querySelectorAll("tbody.pod")) {
    if (open.has(pod.dataset.pod) || pod.closest(".detail")) expand(pod, true);
    show(pod);
  }
  for (const alert of root.querySelectorAll(".outcome")) {
    if (dismissed.has(alert.dataset.operation)) (alert.closest("tr") || alert).remove();
    else announce(alert);
  }
  filter();
}

function focusPath(element) {
  const holder = element?.closest?.("tbody.pod, section.host");
  if (!holder) return null;
  const label = element.getAttribute("aria-label") || element.id || element.textContent.trim();
  return { holder: holder.id, label };
}

function refocus(path) {
  if (!path || document.activeElement !== document.body) return;
  const holder = document.getElementById(path.holder);
  if (!holder) return;
  for (const element of holder.querySelectorAll("a, button, input, summary")) {
    const label = element.getAttribute("aria-label") || element.id || element.textContent.trim();
    if (label === path.label) return element.focus();
  }
  holder.querySelector("a")?.focus();
}

function replace(former, fresh) {
  const path = focusPath(document.activeElement);
  const menu = former.querySelector("details.menu[open]");
  former.replaceWith(fresh);
  if (menu) fresh.querySelector("details.menu")?.setAttribute("open", "");
  window.htmx?.process(fresh);
  settle(fresh);
  refocus(path);
}

async function fetched(url) {
  const response = await fetch(url, { headers: { "X-Fragment": "1" }, redirect: "manual" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

function insert(table, pod) {
  const before = [...table.tBodies].find((other) => other.dataset.name > pod.dataset.name);
  table.insertBefore(pod, before || null);
  window.htmx?.process(pod);
  settle(pod);
}

/** Read one host's part of the page again. */
export async function refreshHost(slug) {
  const section = document.getElementById(`host-${slug}`);
  if (!section) return;
  const parsed = new DOMParser().parseFromString(await fetched(`/fragments/hosts/${slug}/`), "text/html");
  const typed = section.querySelector(".create input")?.value;
  const fresh = parsed.querySelector("section.host");
  replace(section, fresh);
  const field = fresh.querySelector(".create input");
  if (field && typed && !field.value) field.value = typed;
}

/** Read some pods again: changed rows are replaced, new ones put in their place, gone ones taken out. */
export async function refreshPods(slug, keys) {
  const section = document.getElementById(`host-${slug}`);
  const table = section?.querySelector("table.pods");
  if (!section) return;
  if (!table) return refreshHost(slug);
  const html = await fetched(`/fragments/pods/?ids=${keys.join(",")}`);
  const parsed = new DOMParser().parseFromString(`<table>${html}</table>`, "text/html");
  const found = new Map([...parsed.querySelectorAll("tbody.pod")].map((pod) => [pod.dataset.key, pod]));
  for (const key of keys.map(String)) {
    const former = document.getElementById(`pod-${key}`);
    const fresh = found.get(key);
    if (former && fresh) replace(former, fresh);
    else if (fresh) insert(table, fresh);
    else former?.remove();
  }
  if (!table.querySelector("tbody.pod")) await refreshHost(slug);
}

/** Read a pod's own page again. */
export async function refreshDetail() {
  const detail = document.getElementById("detail");
  const path = focusPath(document.activeElement);
  detail.innerHTML = await fetched(detail.dataset.url);
  window.htmx?.process(detail);
  settle(detail);
  refocus(path);
}

/** Hide the pods that do not hold every word typed. */
export function filter() {
  const field = document.getElementById("filter");
  if (!field) return;
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  let all = 0;
  for (const pod of document.querySelectorAll("#hosts tbody.pod")) {
    const text = words.length ? pod.textContent.toLowerCase() : "";
    const hit = words.every((word) => text.includes(word));
    pod.hidden = !hit;
    all += 1;
    if (hit) shown += 1;
  }
  document.getElementById("filter-count").textContent = words.length ? `${shown} of ${all}` : "";
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
