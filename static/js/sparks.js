// The last minutes of each pod as a small line. What is unknown is a gap. A line is drawn again only while its row is near
// the screen, and once for two ticks; its beginning is read from history.
import { bytes, percent } from "./format.js";

const SLOT = 2; // seconds that one step of a line covers; it shows the highest value among them
const SLOTS = 90;
const HEIGHT = 20;
const METRICS = {
  cpu: { name: "CPU", text: percent, top: (high) => Math.max(high, 10) }, // what idles shall look idle
  memory: { name: "Memory", text: bytes, top: (high) => 1.4 * high || 1 },
};
const lines = new Map(); // by engine id: {slot, host, cpu: row, memory: row}
const drawn = new WeakMap(); // rows: the slot up to which they were drawn

function lineOf(id, host, slot) {
  let line = lines.get(id);
  if (!line) {
    line = { slot, host, known: slot };
    for (const metric in METRICS) line[metric] = new Float64Array(SLOTS).fill(NaN);
    lines.set(id, line);
  }
  // Nothing is known of what lies between.
  for (let next = Math.max(line.slot + 1, slot - SLOTS + 1); next <= slot; next += 1) {
    for (const metric in METRICS) line[metric][next % SLOTS] = NaN;
  }
  line.slot = Math.max(line.slot, slot);
  return line;
}

/** Take in one tick of a host: `pods` by engine id. */
export function record(host, at, pods) {
  const slot = Math.floor(at / SLOT);
  for (const id in pods) {
    const line = lineOf(id, host, slot);
    line.known = slot;
    for (const metric in METRICS) {
      const value = pods[id].total[metric];
      if (value === undefined || value === null) continue;
      const row = line[metric];
      if (!(row[slot % SLOTS] >= value)) row[slot % SLOTS] = value;
    }
  }
  for (const [id, line] of lines) {
    if (line.host !== host || line.slot === slot) continue;
    if (slot - line.known > SLOTS) lines.delete(id);
    else lineOf(id, host, slot);
  }
}

/** Put what history knows before the ticks: `points` are `[at, cpu, memory]`, each for `step` seconds. */
export function remember(id, host, points, step) {
  const last = points.at(-1);
  if (!last) return;
  const line = lines.get(id) || lineOf(id, host, Math.floor((last[0] + step) / SLOT) - 1);
  for (const [at, ...values] of points) {
    for (let slot = Math.floor(at / SLOT); slot < Math.floor((at + step) / SLOT); slot += 1) {
      if (slot > line.slot || slot <= line.slot - SLOTS) continue;
      Object.keys(METRICS).forEach((metric, place) => {
        const row = line[metric];
        if (Number.isNaN(row[slot % SLOTS]) && values[place] !== null) row[slot % SLOTS] = values[place];
      });
    }
  }
  line.fresh = true;
}

/** Return the path of a row's values, oldest first, and the lowest and highest of them. */
function pathOf(row, slot, topOf) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of row) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const top = topOf(high);
  let path = "";
  let down = false;
  for (let x = 0; x < SLOTS; x += 1) {
    const value = row[(slot + 1 + x) % SLOTS];
    if (Number.isNaN(value)) {
      down = false;
      continue;
    }
    const y = Math.round(10 * (HEIGHT - 1 - ((HEIGHT - 2) * value) / top)) / 10;
    // Something known between two gaps is a dot.
    path += down ? `L${x} ${y}` : `M${x} ${y}h.1`;
    down = true;
  }
  return { path, low, high };
}

/** Draw the lines of a pod's row, where they changed since. */
export function draw(pod) {
  const line = lines.get(pod.dataset.pod);
  if (!line || (drawn.get(pod) === line.slot && !line.fresh)) return;
  line.fresh = false;
  drawn.set(pod, line.slot);
  for (const spark of pod.querySelectorAll("svg.spark")) {
    const metric = METRICS[spark.dataset.spark];
    const { path, low, high } = pathOf(line[spark.dataset.spark], line.slot, metric.top);
    spark.querySelector("path").setAttribute("d", path);
    const range = high >= low ? `${metric.text(low)} to ${metric.text(high)}` : "not known";
    const words = `${metric.name} over the last ${(SLOT * SLOTS) / 60} minutes: ${range}`;
    const title = spark.querySelector("title");
    if (title.textContent !== words) title.textContent = words;
  }
}

const AT_ONCE = 100; // pods in one reading
const asked = new Set();
const waiting = [];

async function read() {
  const pods = waiting.splice(0, AT_ONCE);
  if (waiting.length) setTimeout(read, 0);
  const response = await fetch(`/fragments/sparks/?ids=${pods.map((pod) => pod.dataset.key).join(",")}`);
  if (!response.ok) throw new Error(`history: ${response.status}`);
  const { step, pods: found } = await response.json();
  for (const pod of pods) {
    remember(pod.dataset.pod, pod.dataset.host, found[pod.dataset.key] || [], step);
    draw(pod);
  }
}

/** Read once what history knows of a pod that comes into view. */
export function askFor(pod) {
  if (asked.has(pod.dataset.pod) || !pod.querySelector("svg.spark")) return;
  asked.add(pod.dataset.pod);
  if (!waiting.length) setTimeout(() => read().catch((error) => console.info("no history for the lines", error.message)), 50);
  waiting.push(pod);
}
