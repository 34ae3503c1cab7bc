// The order of the rows: by what the server knows, or by live numbers, which only the page has.
import { usageOf } from "./numbers.js";

const RANK = ["Error", "Degraded", "Paused", "Running", "Created", "Stopped", "Exited"];
const list = () => document.querySelector(".list");

export const podsOf = (table) => [...table.tBodies].filter((body) => body.classList.contains("pod"));
export const sortOf = () => list()?.dataset.sort || "name";
export const isLive = (sort = sortOf()) => /^-?(cpu|memory)$/.test(sort);

/** Return what a pod is ordered by; null where that is unknown. */
function keyOf(pod, column) {
  if (column === "name") return pod.dataset.name;
  if (column === "state") return RANK.indexOf(pod.dataset.state);
  if (column === "age") return pod.dataset.created ? -Number(pod.dataset.created) : null;
  return usageOf(pod)?.[column] ?? null;
}

function compareKeys(one, other, down) {
  if (one === other) return 0;
  // What is unknown stands at the end in both directions.
  if (one === null || other === null) return one === null ? 1 : -1;
  return (one < other ? -1 : 1) * (down ? -1 : 1);
}

/** Return how to compare two entries `[pod, key]` in the order `sort`. */
function comparer(sort) {
  const down = sort.startsWith("-");
  return ([one, key], [other, otherKey]) =>
    compareKeys(key, otherKey, down) ||
    compareKeys(one.dataset.name, other.dataset.name, false) ||
    compareKeys(one.dataset.host, other.dataset.host, false) ||
    Number(one.dataset.key) - Number(other.dataset.key);
}

function entries(pods, sort) {
  const column = sort.replace("-", "");
  return pods.map((pod) => [pod, keyOf(pod, column)]);
}

/** Put a pod into its place among those of the table. */
export function place(table, pod) {
  const sort = sortOf();
  const compare = comparer(sort);
  const [entry] = entries([pod], sort);
  const others = entries(podsOf(table).filter((one) => one !== pod), sort);
  const before = others.find((other) => compare(entry, other) < 0);
  table.insertBefore(pod, before?.[0] || null);
}

/** Return those of the numbers that stand in the longest ascending row among them. */
function ascending(numbers) {
  const ends = []; // places of the smallest end of a row of each length
  const former = new Array(numbers.length).fill(-1);
  for (let at = 0; at < numbers.length; at += 1) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]] < numbers[at]) low = middle + 1;
      else high = middle;
    }
    if (low > 0) former[at] = ends[low - 1];
    ends[low] = at;
  }
  const stay = new Set();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = former[at]) stay.add(numbers[at]);
  return stay;
}

/** Return the rows that have to move for the table to be like `wanted`, as `[pod, the one before which]`, last first. */
function moves(table, wanted) {
  const pods = podsOf(table);
  const rank = new Map(wanted.map((pod, at) => [pod, at]));
  const stay = ascending(pods.map((pod) => rank.get(pod)));
  const found = [];
  for (let at = wanted.length - 1; at >= 0; at -= 1) {
    if (!stay.has(at)) found.push([wanted[at], wanted[at + 1] || null]);
  }
  return found;
}

function sorted(table, sort) {
  return entries(podsOf(table), sort).sort(comparer(sort)).map(([pod]) => pod);
}

const tables = () => [...document.querySelectorAll("#hosts table.pods")];

/** Return whether every table is in order. */
export function inOrder() {
  return tables().every((table) => !moves(table, sorted(table, sortOf())).length);
}

function move(table, wanted) {
  for (const [pod, before] of moves(table, wanted)) table.insertBefore(pod, before);
}

/** Put every table in order, moving as few rows as can be. */
export function arrange() {
  for (const table of tables()) move(table, sorted(table, sortOf()));
}

/** Return what puts rows that were read again back into the order that they have now; new ones come behind. */
export function orderKeeper() {
  const former = new Map([...document.querySelectorAll("#hosts tbody.pod")].map((pod, at) => [pod.id, at]));
  const at = (pod) => former.get(pod.id) ?? Infinity;
  return () => {
    for (const table of tables()) move(table, podsOf(table).sort((one, other) => at(one) - at(other) || 0));
  };
}
