// Writes a tick's numbers into the rows that are on the page. Touches only text that changed.
import { heard } from "./ages.js";
import { bytes, clock, countedBy, percent, rate } from "./format.js";
import { askFor, draw, record } from "./sparks.js";

const FORMATS = {
  cpu: percent,
  memory: bytes,
  received: rate,
  sent: rate,
  read: rate,
  write: rate,
  pids: String,
};
const NAMES = {
  cpu: "CPU time over the second before, 100 % is one processor",
  memory: "memory in use, without inactive file cache",
  received: "received per second, without loopback",
  sent: "sent per second, without loopback",
  read: "read per second from block devices",
  write: "written per second to block devices",
  pids: "processes and threads",
};
// Containers of a pod share its network, most of them.
const ELSEWHERE = { received: "counted once, for the whole pod", sent: "counted once, for the whole pod" };
// The cells of a row, found once; a swapped row is a new element and so a new entry.
const cells = new WeakMap();

function cellsOf(row) {
  let found = cells.get(row);
  if (!found) {
    found = {};
    for (const cell of row.querySelectorAll("[data-n]")) found[cell.dataset.n] = cell;
    cells.set(row, found);
  }
  return found;
}

// What stands in a row: it is told of when somebody points at a number, and not at every tick.
const shown = new WeakMap();

function told(name, { usage, source, taken, why }) {
  if (why) return why;
  const value = usage[name];
  if (value === undefined || value === null) return usage.missing?.[name] || ELSEWHERE[name] || "not known here";
  const limit = name === "memory" && usage.memory_limit ? ` · limit ${bytes(usage.memory_limit)}` : "";
  const age = Math.max(0, Math.round((performance.now() - taken.now) / 1000));
  return `${NAMES[name]}${limit} · ${countedBy(source)} · read at ${clock(taken.at)}, ${age} s ago`;
}

function explain({ target }) {
  const cell = target.closest?.("[data-n]");
  const row = cell?.closest("tr");
  if (!row || !shown.has(row) || !(cell.dataset.n in FORMATS)) return;
  const title = told(cell.dataset.n, shown.get(row));
  if (cell.title !== title) cell.title = title;
}
document.addEventListener("pointerover", explain);

function write(row, usage, source, taken) {
  shown.set(row, { usage, source, taken });
  const found = cellsOf(row);
  for (const name in FORMATS) {
    const cell = found[name];
    if (!cell) continue;
    const value = usage[name];
    const known = value !== undefined && value !== null;
    const text = known ? FORMATS[name](value) : "–";
    if (cell.textContent !== text) cell.textContent = text;
  }
  const share = found.share;
  if (share) {
    const known = usage.memory !== undefined && usage.memory_limit;
    share.hidden = !known;
    if (known) {
      share.toggleAttribute("data-high", usage.memory > 0.9 * usage.memory_limit);
      share.value = (100 * usage.memory) / usage.memory_limit;
      share.title = `${share.value.toFixed(1)} % of ${bytes(usage.memory_limit)}`;
    }
  }
  row.dataset.at = taken.at;
}

function clear(row, why) {
  shown.set(row, { why });
  for (const cell of Object.values(cellsOf(row))) {
    if (cell.tagName === "PROGRESS") cell.hidden = true;
    else if (cell.textContent !== "–") cell.textContent = "–";
  }
  delete row.dataset.at;
}

const RUNS = /^(running|degraded|paused)$/i;
const last = new Map();
const ticked = new Set();

function whyNone(host, state) {
  if (!ticked.has(host)) return "no numbers have come yet";
  return RUNS.test(state) ? "no numbers came for it" : "it does not run";
}

/** Return the newest numbers of a pod's own cgroup; undefined where none are known. */
export const usageOf = (pod) => last.get(pod.dataset.pod)?.total;

/** Show the newest numbers in one pod's rows; those of what does not run become unknown. */
export function show(pod) {
  const usage = last.get(pod.dataset.pod);
  const row = pod.querySelector(".pod-row");
  // A container's own page has its row alone.
  if (row && usage) write(row, usage.total, usage.source, usage.taken);
  else if (row) clear(row, whyNone(pod.dataset.host, pod.dataset.state));
  draw(pod);
  const expand = pod.querySelector(".expand");
  if (expand && expand.getAttribute("aria-expanded") !== "true") return;
  for (const line of pod.querySelectorAll(".container-row")) {
    const one = usage?.containers[line.dataset.container];
    if (one) write(line, one, usage.source, usage.taken);
    else clear(line, whyNone(pod.dataset.host, line.dataset.state));
  }
}

// Only what is on the screen, or nearly, is written; the rest catches up when it is scrolled to.
const near = new Set();
const nearIds = new Set(); // of rows that are swapped, before the browser says where the new ones are
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) {
        near.delete(target);
        nearIds.delete(target.dataset.pod);
      } else {
        near.add(target);
        nearIds.add(target.dataset.pod);
        askFor(target);
        show(target);
      }
    }
  },
  { rootMargin: "50% 0px" },
);

/** Keep one pod's rows up to date from now on. */
export function follow(pod) {
  if (nearIds.has(pod.dataset.pod)) show(pod);
  watcher.observe(pod);
}

/** Stop keeping a pod's rows, which leave the page. */
export function forget(pod) {
  near.delete(pod);
  watcher.unobserve(pod);
}

/** Take in one tick of one host. */
export function tick(message) {
  const { host, pods } = message;
  ticked.add(host);
  for (const [id, usage] of last) if (usage.host === host && !pods[id]) last.delete(id);
  const now = performance.now();
  for (const id in pods) last.set(id, Object.assign(pods[id], { host, taken: { at: pods[id].at, now } }));
  record(host, message.at, pods);
  for (const pod of near) if (pod.dataset.host === host) show(pod);
  heard(host, message.at);
}
