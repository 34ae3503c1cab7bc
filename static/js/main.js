// Ties the parts of a page together.
import { renew } from "./ages.js";
import { connect } from "./live.js";
import { tick } from "./numbers.js";
import { filter, focusPath, refocus, refreshDetail, refreshHost, refreshPods, setStates, settle } from "./rows.js";

const WORDS = {
  open: "Connected",
  live: "Live",
  lost: "Connection lost",
  silent: "No live numbers",
};
let shownState = "";

function showState(state) {
  // An open socket says nothing yet about numbers: keep what is shown until one comes, or none does.
  if (state === "open" && shownState === "live") return;
  if (state === shownState) return;
  shownState = state;
  document.body.dataset.live = state;
  document.getElementById("live-words").textContent = WORDS[state];
  document.getElementById("stale").hidden = state !== "lost";
}

// One refresh of a host at a time; what comes meanwhile, or close together, is joined to the next.
const TOGETHER = 25; // ms
const waiting = new Map();
const busy = new Set();

async function work(slug) {
  if (busy.has(slug)) return;
  busy.add(slug);
  try {
    while (waiting.has(slug)) {
      await new Promise((done) => setTimeout(done, TOGETHER));
      const wanted = waiting.get(slug);
      waiting.delete(slug);
      if (document.getElementById("detail")) await refreshDetail();
      else if (wanted.all) await refreshHost(slug);
      else await refreshPods(slug, [...wanted.keys]);
    }
  } catch (error) {
    console.info("a refresh failed; the next change repeats it", error.message);
  } finally {
    busy.delete(slug);
  }
}

function changed(message) {
  const detail = document.getElementById("detail");
  if (detail) {
    const mine = message.host === detail.dataset.host && (message.all || message.pods.includes(Number(detail.dataset.detail)));
    if (!mine) return;
  }
  const wanted = waiting.get(message.host) || { all: false, keys: new Set() };
  wanted.all ||= message.all;
  setStates(message.states);
  for (const key of message.pods) wanted.keys.add(key);
  waiting.set(message.host, wanted);
  work(message.host);
}

function everything() {
  const detail = document.getElementById("detail");
  const slugs = detail ? [detail.dataset.host] : [...document.querySelectorAll("section.host")].map((one) => one.dataset.host);
  for (const slug of slugs) changed({ host: slug, pods: [], states: {}, all: true });
}

document.getElementById("filter")?.addEventListener("input", filter);
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.getElementById("filter")?.focus();
  }
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

// A swapped button takes the focus with it, and so does a dialog whose opener was swapped meanwhile.
let focused = null;
const dialog = document.getElementById("dialog");
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target === dialog || !dialog.open) focused = focusPath(document.activeElement);
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target === dialog) {
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    dialog.showModal();
    return;
  }
  settle(event.detail.elt?.isConnected ? event.detail.elt : document.body);
  if (!dialog.open) refocus(focused);
});
dialog.addEventListener("close", () => refocus(focused));
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (dialog.contains(event.target) && event.detail.requestConfig.verb === "post") dialog.close();
});
dialog.addEventListener("click", (event) => {
  if (event.target.closest(".cancel") || event.target === dialog) {
    event.preventDefault();
    dialog.close();
  }
});

settle(document.body);
setInterval(() => renew(document), 1000);
if (document.body.dataset.live) {
  connect({
    pod: document.querySelector("#detail tbody.pod")?.dataset.pod,
    onTick: (message) => {
      tick(message);
      document.dispatchEvent(new CustomEvent("podweb:tick", { detail: message }));
    },
    onChanges: changed,
    onOpen: everything,
    onState: showState,
  });
}
