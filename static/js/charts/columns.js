// What one chart draws: named rows of values, as chosen.
import { NAMES } from "./definitions.js";

/** Return the sum of several rows; null where none of them is known. */
function sum(rows, length) {
  const total = new Array(length);
  for (let place = 0; place < length; place += 1) {
    let known = null;
    for (const row of rows) if (row[place] !== null && row[place] !== undefined) known = (known ?? 0) + row[place];
    total[place] = known;
  }
  return total;
}

// The kernel counts it only where the limit is set: a pod's own cgroup knows nothing of its containers'.
const OWN = new Set(["throttled"]);

// Of these a container has numbers only where it has a network of its own.
const POD = new Set(["received", "sent"]);
const known = ({ averages }) => averages.filter((value) => value !== null).length;

function withMembers(store, metric) {
  const lines = ["", ...store.containers()].map((name) => store.line(name, metric));
  const [averages, tops] = ["averages", "tops"].map((row) => sum(lines.map((line) => line[row]), store.times.length));
  return { averages, tops };
}

/** Return the row of one metric of the container `of`, "" for the pod, with its name. */
function lineOf(store, metric, of) {
  if (!of) return { name: NAMES[metric], ...(OWN.has(metric) ? withMembers(store, metric) : store.line("", metric)) };
  const line = store.line(of, metric);
  // A pod that just starts can look for a moment as if each container had a network of its own.
  if (!POD.has(metric) || 2 * known(line) > known(store.line("", metric))) return { name: NAMES[metric], ...line };
  return { name: `${NAMES[metric]} by the whole pod`, ...store.line("", metric) };
}

/**
 * Return `{columns: [{name, values, drawn, top}], stacked}`. `values` are what is true, `drawn` is where the line runs;
 * a column with `top` is the maximum of the one before. `of` is the container that the page is about, if any.
 */
export function columnsOf(store, chart, { mode, live, of }) {
  const length = store.times.length;
  if (of || mode === "pod" || chart.shared) {
    const columns = [];
    for (const metric of chart.metrics) {
      const { name, averages, tops } = lineOf(store, metric, of);
      columns.push({ name, values: averages, drawn: averages });
      if (!live && chart.metrics.length <= 2) columns.push({ name: `${name}, highest`, values: tops, drawn: tops, top: true });
    }
    return { columns, stacked: false };
  }
  const columns = store.containers().map((name) => {
    const values = sum(chart.metrics.map((metric) => store.line(name, metric).averages), length);
    return { name, values, drawn: values };
  });
  if (mode === "stacked") {
    // Each lies on all that follow it.
    for (let place = columns.length - 2; place >= 0; place -= 1) {
      columns[place].drawn = sum([columns[place].values, columns[place + 1].drawn], length);
    }
  }
  return { columns, stacked: mode === "stacked" };
}
