// Writes a tick's numbers into the rows that are on the page. Touches only text that changed.
import { heard } from "./ages.js";
import { bytes, percent, rate } from "./format.js";

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
  cpu: "cpu time over the last second",
  memory: "memory in use",
  received: "received per second",
  sent: "sent per second",
  read: "read per second",
  write: "written per second",
  pids: "processes",
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

function write(row, usage, source, at) {
  const found = cellsOf(row);
  for (const name in FORMATS) {
    const cell = found[name];
    if (!cell) continue;
    const value = usage[name];
    const known = value !== undefined && value !== null;
    const text = known ? FORMATS[name](value) : "–";
    if (cell.textContent !== text) cell.textContent = text;
    const why = known ? `${NAMES[name]} · ${source}` : usage.missing?.[name] || ELSEWHERE[name] || "not known here";
    const title = known && name === "memory" && usage.memory_limit ? `${why} · limit ${bytes(usage.memory_limit)}` : why;
    if (cell.title !== title) cell.title = title;
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
  row.dataset.at = at;
}

function clear(row, why) {
  for (const cell of Object.values(cellsOf(row))) {
    if (cell.tagName === "PROGRESS") cell.hidden = true;
    else {
      if (cell.textContent !== "–") cell.textContent = "–";
      if (cell.title !== why) cell.title = why;
    }
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
  if (row && usage) write(row, usage.total, usage.source, usage.at);
  else if (row) clear(row, whyNone(pod.dataset.host, pod.dataset.state));
  const expand = pod.querySelector(".expand");
  if (expand && expand.getAttribute("aria-expanded") !== "true") return;
  for (const line of pod.querySelectorAll(".container-row")) {
    const one = usage?.containers[line.dataset.container];
    if (one) write(line, one, usage.source, usage.at);
    else clear(line, whyNone(pod.dataset.host, line.dataset.state));
  }
}

// Only what is on the screen, or nearly, is written; the rest catches up when it is scrolled to.
const near = new Set();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) near.delete(target);
      else {
        near.add(target);
        show(target);
      }
    }
  },
  { rootMargin: "50% 0px" },
);

/** Keep one pod's rows up to date from now on. */
export function follow(pod) {
  show(pod);
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
  for (const id in pods) last.set(id, Object.assign(pods[id], { host }));
  for (const pod of near) if (pod.dataset.host === host) show(pod);
  heard(host, message.at);
}
