// The pages that are read from a pod's host: read again every few seconds while somebody looks, and on request.
import { renew } from "./ages.js";
import { follow } from "./document.js";

const holder = document.getElementById("insight");
const every = Number(holder.dataset.every) * 1000;
const announcer = document.getElementById("announcer");
let live = true;
let busy = false;
let timer = 0;

function keepWhatIsOpen(fresh) {
  for (const one of fresh.querySelectorAll("details[id]")) {
    one.open = Boolean(document.getElementById(one.id)?.open);
  }
}

function keepPlaces(former, fresh) {
  const places = [...former.querySelectorAll(".insight-scroll")].map((one) => [one.scrollLeft, one.scrollTop]);
  const active = former.contains(document.activeElement) ? document.activeElement : null;
  const parent = active?.closest("details[id]")?.id;
  former.replaceWith(fresh);
  [...fresh.querySelectorAll(".insight-scroll")].forEach((one, number) => {
    if (places[number]) [one.scrollLeft, one.scrollTop] = places[number];
  });
  if (!active) return;
  const again = active.id ? document.getElementById(active.id) : null;
  const region = active.matches(".insight-scroll") ? fresh.querySelector(".insight-scroll") : null;
  const named = active.matches("a[href]") ? fresh.querySelector(`a[href="${CSS.escape(active.getAttribute("href"))}"]`) : null;
  const summary = parent && document.getElementById(parent)?.querySelector("summary");
  (again || region || named || summary || document.getElementById("insight-refresh"))?.focus({ preventScroll: true });
}

function put(fresh) {
  const former = document.getElementById("insight-content");
  const trouble = fresh.querySelector("#insight-trouble");
  const data = former.dataset.problem === undefined;
  const gone = ["removed", "not_found"].includes(fresh.dataset.problem);
  if (fresh.dataset.problem !== undefined && data && !gone) {
    // What was read last stays, marked as old, below what went wrong.
    former.toggleAttribute("data-old", true);
    former.querySelector("#insight-trouble").replaceChildren(...trouble.children);
    return;
  }
  keepWhatIsOpen(fresh);
  keepPlaces(former, fresh);
  window.htmx?.process(fresh);
  prepare();
}

function selecting() {
  const selection = window.getSelection();
  return !selection.isCollapsed && holder.contains(selection.anchorNode);
}

async function read(url) {
  const response = await fetch(url, { headers: { "X-Fragment": "1" }, redirect: "manual" });
  // Signed out, or without a role by now: the page itself says so.
  if (response.type === "opaqueredirect" || response.status === 403 || response.status === 404) return location.reload();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("insight-content");
  put(document.importNode(fresh, true));
  return undefined;
}

async function refresh({ asked = false } = {}) {
  if (busy) return;
  busy = true;
  holder.setAttribute("aria-busy", "true");
  try {
    await read(location.href);
    if (asked) announcer.textContent = "Read again.";
  } catch (error) {
    document.getElementById("insight-content").toggleAttribute("data-old", true);
    console.info("it could not be read again; the next time may do", error.message);
  } finally {
    busy = false;
    holder.removeAttribute("aria-busy");
  }
}

function schedule() {
  clearTimeout(timer);
  if (!every || !live) return;
  timer = setTimeout(async () => {
    if (!document.hidden && !selecting()) await refresh();
    schedule();
  }, every);
}

function prepare() {
  const box = document.getElementById("insight-live");
  if (box) {
    box.closest("label").hidden = false;
    box.checked = live;
  }
  renew(holder);
  follow();
}

holder.addEventListener("change", (event) => {
  if (event.target.id !== "insight-live") return;
  live = event.target.checked;
  schedule();
});
holder.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-refresh]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState(null, "", link.href);
  await refresh({ asked: true });
  schedule();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && every && live) refresh();
});
prepare();
schedule();
