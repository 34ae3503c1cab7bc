// The numbers that charts show: one row of times, and for each cgroup and metric a row of averages and one of maxima.
import { METRICS, valueOf } from "./definitions.js";

const GAP = 3.5; // seconds without a tick
const keyOf = (container, metric) => `${metric} ${container}`;

export class Store {
  constructor() {
    this.times = [];
    this.lines = new Map();
    this.gap = GAP; // seconds; longer right behind history, whose points are further apart
  }

  /** Return the row of a cgroup ("" = the pod's own) and a metric; one that is new knows nothing of the past. */
  line(container, metric) {
    const key = keyOf(container, metric);
    let found = this.lines.get(key);
    if (!found) {
      const length = this.times.length;
      found = { averages: new Array(length).fill(null), tops: new Array(length).fill(null) };
      this.lines.set(key, found);
    }
    return found;
  }

  /** Return the names of the containers of which anything is known, in order. */
  containers() {
    const named = new Set();
    for (const [key, { averages }] of this.lines) {
      const name = key.slice(key.indexOf(" ") + 1);
      if (name && !named.has(name) && averages.some((value) => value !== null)) named.add(name);
    }
    return [...named].sort();
  }

  /** Begin anew with the API's answers, which are all on one grid. A point stands in the middle of its time. */
  load(answers) {
    this.lines.clear();
    const { step } = answers[0];
    const longest = answers.flatMap((answer) => answer.lines).find((line) => line.points.length);
    this.times = longest ? longest.points.map(([at]) => at + step / 2) : [];
    for (const { metric, container, points } of answers.flatMap((answer) => answer.lines)) {
      const line = this.line(container, metric);
      line.averages = points.map((point) => point[1]);
      line.tops = points.map((point) => point[2]);
    }
    this.cut();
    this.gap = Math.max(GAP, 2.5 * step);
  }

  /** Forget the last times of which nothing is known: they are not over yet, and ticks continue before them. */
  cut() {
    const lines = [...this.lines.values()];
    for (let count = 0; count < 2 && lines.every(({ averages }) => averages.at(-1) === null); count += 1) {
      this.times.pop();
      for (const line of lines) {
        line.averages.pop();
        line.tops.pop();
      }
    }
  }

  /** Add one tick of the pod; `nameOf` gives a container's name by its id. */
  push(usage, nameOf) {
    const last = this.times.at(-1);
    if (last !== undefined && usage.at <= last) return;
    if (last !== undefined && usage.at - last > this.gap) this.add(last + 1, () => null);
    this.gap = GAP;
    const byName = new Map([["", usage.total]]);
    for (const [id, one] of Object.entries(usage.containers)) {
      const name = nameOf(id);
      if (name) byName.set(name, one);
    }
    for (const name of byName.keys()) for (const metric of METRICS) this.line(name, metric);
    this.add(usage.at, (name, metric) => valueOf(byName.get(name), metric));
  }

  add(at, value) {
    this.times.push(at);
    for (const [key, line] of this.lines) {
      const place = key.indexOf(" ");
      const one = value(key.slice(place + 1), key.slice(0, place));
      line.averages.push(one);
      line.tops.push(one);
    }
  }

  /** Forget what is before the moment. */
  trim(before) {
    const count = this.times.findIndex((at) => at >= before);
    if (count <= 0) return;
    this.times.splice(0, count);
    for (const line of this.lines.values()) {
      line.averages.splice(0, count);
      line.tops.splice(0, count);
    }
  }
}
