// Ages and clocks, kept true as the seconds pass.
import { clock } from "./format.js";

const STALE_AFTER = 3500; // ms without a tick
// An age counts on from when it arrived: the server's clock and the reader's may differ.
const arrived = new WeakMap();
const ticks = new Map();

function inWords(seconds) {
  if (seconds >= 86400) return `${Math.floor(seconds / 86400)} d ago`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ago`;
  return `${Math.floor(seconds)} s ago`;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function stamp(element, now) {
  const tick = ticks.get(element.dataset.clock);
  if (!tick) return;
  const stale = now - tick.heardAt > STALE_AFTER;
  const moment = clock(tick.at);
  put(element, stale ? `as of ${moment}, ${inWords((now - tick.heardAt) / 1000)}` : `live · ${moment}`);
  const holder = element.closest("[data-host]");
  if (holder.hasAttribute("data-stale") === stale) return;
  holder.toggleAttribute("data-stale", stale);
  // Where pods stand in groups, a host's head is not around its pods.
  const host = CSS.escape(element.dataset.clock);
  for (const pod of document.querySelectorAll(`.group tbody.pod[data-host="${host}"]`)) pod.toggleAttribute("data-stale", stale);
}

/** Show what time it is, or was, in everything below `root`. */
export function renew(root) {
  const now = performance.now();
  for (const time of root.querySelectorAll("time[data-age]")) {
    if (!arrived.has(time)) arrived.set(time, now - Number(time.dataset.age) * 1000);
    put(time, inWords((now - arrived.get(time)) / 1000));
  }
  for (const time of root.querySelectorAll("time.clock")) put(time, clock(Date.parse(time.dateTime) / 1000));
  for (const element of root.querySelectorAll("[data-clock]")) stamp(element, now);
}

/** Take note that numbers of `host`, taken at `at` (seconds since 1970), came now. */
export function heard(host, at) {
  const now = performance.now();
  ticks.set(host, { at, heardAt: now });
  const element = document.querySelector(`[data-clock="${CSS.escape(host)}"]`);
  if (element) stamp(element, now);
}
