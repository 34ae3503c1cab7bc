// Of each number of a page: what it is, in which unit, where it comes from, and how old it is. By keyboard and for screen readers, too.
import { bytes, clock, countedBy, percent, rate } from "../format.js";
import { valueOf } from "./definitions.js";

const NETWORK = "kernel, counters of the network namespace";
// [metric, what it is called, how it reads, what it is and its unit]
const NUMBERS = [
  ["cpu", "CPU", percent, "CPU time over the second before; 100 % is one processor"],
  ["memory", "Memory", bytes, "in use, without inactive file cache, as Podman 5.6 and later count"],
  ["memory_limit", "Memory limit", bytes, "the smallest from this cgroup up to the root, or else the machine's memory"],
  ["pids", "PIDs", String, "processes and threads"],
  ["received", "Received", rate, "per second, over interfaces of its own, without loopback", NETWORK],
  ["sent", "Sent", rate, "per second, over interfaces of its own, without loopback", NETWORK],
  ["read", "Read", rate, "per second, from block devices"],
  ["write", "Written", rate, "per second, to block devices"],
  ["cpu_pressure", "Waiting for CPU", percent, "of the time something waited for it (PSI, some)"],
  ["memory_pressure", "Waiting for memory", percent, "of the time something waited for it (PSI, some)"],
  ["io_pressure", "Waiting for I/O", percent, "of the time something waited for it (PSI, some)"],
  ["throttled", "Throttled", percent, "of the time run queues stood still for a CPU limit, summed over processors"],
];
const SHARED = "counted once, for the whole pod";

function whyUnknown(usage, metric) {
  const missing = { ...usage.detail?.missing, ...usage.missing };
  if (missing[metric]) return missing[metric];
  if (metric === "received" || metric === "sent") return SHARED;
  return "the kernel does not count it here";
}

/** The rows are made once; each tick writes the text that changed. `usage` is of one cgroup, of a tick at `at`. */
export class Sources {
  constructor(area) {
    const table = document.createElement("table");
    const cell = (row, name, text) => {
      const made = document.createElement(name);
      made.textContent = text;
      if (name === "th") made.scope = row.parentElement.tagName === "THEAD" ? "col" : "row";
      row.append(made);
      return made;
    };
    const head = table.createTHead().insertRow();
    for (const text of ["Number", "Now", "What it is", "Source", "Read"]) cell(head, "th", text);
    const body = table.createTBody();
    this.rows = NUMBERS.map(([metric, name, format, meaning, source]) => {
      const row = body.insertRow();
      cell(row, "th", name);
      const value = cell(row, "td", "");
      cell(row, "td", meaning);
      return { metric, format, source, value, from: cell(row, "td", ""), read: cell(row, "td", "") };
    });
    area.replaceChildren(table);
  }

  write(usage, source, at, age) {
    const read = `${clock(at)}, ${Math.max(0, Math.round(age))} s ago`;
    for (const row of this.rows) {
      const value = row.metric === "memory_limit" ? usage?.memory_limit ?? null : valueOf(usage, row.metric);
      const known = value !== null;
      const texts = [
        [row.value, known ? row.format(value) : "unknown"],
        [row.from, known ? row.source || countedBy(source) : usage ? whyUnknown(usage, row.metric) : "it does not run"],
        [row.read, known ? read : "–"],
      ];
      for (const [cell, text] of texts) if (cell.textContent !== text) cell.textContent = text;
    }
  }
}
