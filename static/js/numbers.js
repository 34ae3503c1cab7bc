// Writes a tick's numbers into the rows that are on the page. Touches only text that changed.
import { bytes, clock, percent, rate } from "./format.js";

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
    const why = known ? `${NAMES[name]} · ${source}` : usage.missing?.[name] || "not known here";
    const title = known && name === "memory" && usage.memory_limit ? `${why} · limit ${bytes(usage.memory_limit)}` : why;
    if (cell.title !== title) cell.title = title;
  }
  const share = found.share;
  if (share) {
    const known = usage.memory !== undefined && usage.memory_limit;
    share.hidden = !known;
    if (known) {
      share.value = (100 * usage.memory) / usage.memory_limit;
      share.title = `${share.value.toFixed(1)} % of ${bytes(usage.memory_limit)}`;
    }
  }
  row.dataset.at = at;
}

function clear(row) {
  for (const cell of Object.values(cellsOf(row))) {
    if (cell.tagName === "PROGRESS") cell.hidden = true;
    else if (cell.textContent !== "–") {
      cell.textContent = "–";
      cell.title = "it does not run";
    }
  }
  delete row.dataset.at;
}

const last = new Map();

/** Show the newest numbers in one pod's rows; those of what does not run become unknown. */
export function show(pod) {
  const usage = last.get(pod.dataset.pod);
  const row = pod.querySelector(".pod-row");
  if (usage) write(row, usage.total, usage.source, usage.at);
  else if (row.dataset.at) clear(row);
  const open = pod.querySelector(".expand")?.getAttribute("aria-expanded") === "true";
  if (!open) return;
  for (const line of pod.querySelectorAll(".container-row")) {
    const one = usage?.containers[line.dataset.container];
    if (one) write(line, one, usage.source, usage.at);
    else if (line.dataset.at) clear(line);
  }
}

/** Take in one tick of one host. */
export function tick(message) {
  for (const pod of document.querySelectorAll(`tbody.pod[data-host="${CSS.escape(message.host)}"]`)) {
    const usage = message.pods[pod.dataset.pod];
    if (usage) last.set(pod.dataset.pod, usage);
    else last.delete(pod.dataset.pod);
    show(pod);
  }
  const stamp = document.querySelector(`#host-${CSS.escape(message.host)} [data-clock]`);
  if (stamp) stamp.textContent = `live · ${clock(message.at)}`;
}
