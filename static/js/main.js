// Ties the parts of a page together.
import { renew } from "./ages.js";
import { followField } from "./filter.js";
import "./keys.js";
import { refreshList, refreshPods } from "./list.js";
import { connect } from "./live.js";
import { tick } from "./numbers.js";
import { focusPath, refocus, refreshDetail, setStates, settle } from "./rows.js";
import "./sorting.js";

const NAMED_AT_MOST = 100; // pods in one reading

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

// One refresh at a time; what comes meanwhile, or close together, is joined to the next. Of a row that is there the new
// state has come with the news and is shown at once, so that the rest of it can wait for the end of what just happens.
const TOGETHER = 25; // ms
const TOGETHER_SHOWN = 300;
let waiting = null;
let busy = false;

async function work() {
  if (busy) return;
  busy = true;
  try {
    while (waiting) {
      const shown = !waiting.all && [...waiting.keys].every((key) => document.getElementById(`pod-${key}`));
      await new Promise((done) => setTimeout(done, shown ? TOGETHER_SHOWN : TOGETHER));
      const wanted = waiting;
      waiting = null;
      const detail = document.getElementById("detail");
      if (detail) {
        await refreshDetail();
        // A page about everything would else be read again all the time.
        if (detail.dataset.pause) await new Promise((done) => setTimeout(done, Number(detail.dataset.pause)));
      } else if (wanted.all || wanted.keys.size > NAMED_AT_MOST) await refreshList();
      else if (wanted.keys.size) await refreshPods([...wanted.keys]);
    }
  } catch (error) {
    console.info("a refresh failed; the next change repeats it", error.message);
  } finally {
    busy = false;
  }
}

function changed(message) {
  const detail = document.getElementById("detail");
  if (detail) {
    // A page about several pods names none, and follows every change.
    const { host, detail: pod } = detail.dataset;
    if (pod && (message.host !== host || (!message.all && !message.pods.includes(Number(pod))))) return;
  } else if (!document.getElementById("list")) return;
  waiting ||= { all: false, keys: new Set() };
  waiting.all ||= message.all;
  setStates(message.states);
  for (const key of message.pods) waiting.keys.add(key);
  work();
}

function everything() {
  const detail = document.getElementById("detail");
  changed({ host: detail?.dataset.host, pods: [], states: {}, all: true });
}

/** Read again what changed between the making of this page and `changes`, from where on nothing is missed. */
function joined(changes) {
  const detail = document.getElementById("detail");
  const shown = (detail ?? document.querySelector(".list"))?.dataset.changes?.split(" ");
  const now = new Set(changes.split(" "));
  if (!shown?.every((count) => now.has(count)) || (!detail && shown.length !== now.size)) everything();
}

followField(everything);
document.addEventListener("keydown", (event) => {
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

// Only now may htmx take over links and forms: without these modules they work as they are, and no dialog would open.
document.body.removeAttribute("hx-disable");
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
    onJoined: joined,
    onState: showState,
  });
}
