// One chart: a heading, the drawing, and a legend with the values where the reader points.
import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { columnsOf } from "./columns.js";
import { moment } from "./definitions.js";

const HEIGHT = 160; // px
const COLOURS = 8;
// Seconds; what is older is no value of now: of what is read each second, and of history.
const NEWEST_LIVE = 20;
const NEWEST = 180;
const together = uPlot.sync("charts");

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function transparent(colour, share) {
  return `color-mix(in srgb, ${colour} ${share * 100}%, transparent)`;
}

export class Plot {
  /** `markers()` returns `[{at, tone, text}]`, the oldest first. */
  constructor(chart, markers) {
    this.chart = chart;
    this.markers = markers;
    this.figure = element("figure", "chart");
    const caption = element("figcaption", "chart-head");
    this.pointed = element("span", "chart-at");
    caption.append(element("h3", "", chart.title), this.pointed);
    this.area = element("div", "chart-area");
    this.area.tabIndex = 0;
    this.area.setAttribute("role", "group");
    this.area.setAttribute("aria-roledescription", "chart");
    this.legend = element("ul", "chart-legend");
    this.spoken = element("span", "pf-v6-screen-reader");
    this.spoken.setAttribute("aria-live", "polite");
    this.figure.append(caption, this.area, this.legend, this.spoken);
    this.area.addEventListener("keydown", (event) => this.step(event));
    this.area.addEventListener("blur", () => this.u?.setCursor({ left: -10, top: -10 }));
    new ResizeObserver(() => this.u?.setSize({ width: this.area.clientWidth, height: HEIGHT })).observe(this.area);
  }

  /** Show what the store holds between two moments. */
  show(store, view) {
    this.view = view;
    const { columns, stacked } = columnsOf(store, this.chart, view);
    this.columns = columns;
    this.times = store.times;
    const shape = `${stacked} ${view.live} ${view.colours} ${columns.map((column) => column.name).join("\n")}`;
    const data = [store.times, ...columns.map((column) => column.drawn)];
    if (shape === this.shape) this.u.setData(data);
    else {
      this.shape = shape;
      this.build(data, stacked);
    }
    this.write();
  }

  build(data, stacked) {
    this.u?.destroy();
    const style = getComputedStyle(this.figure);
    const value = (name) => style.getPropertyValue(name).trim();
    const colours = Array.from({ length: COLOURS }, (_, n) => value(`--line-${n + 1}`));
    let next = -1;
    for (const column of this.columns) {
      if (!column.top) next += 1;
      column.colour = colours[next % COLOURS];
    }
    this.colours = this.columns.map((column) => column.colour);
    const series = this.columns.map((column, place) => ({
      label: column.name,
      stroke: column.top ? transparent(column.colour, 0.45) : column.colour,
      width: column.top ? 1 : 1.5,
      points: { show: false },
      spanGaps: false,
      fill: stacked ? (place === this.columns.length - 1 ? transparent(column.colour, 0.4) : undefined) : this.columns.length === 1 ? transparent(column.colour, 0.12) : undefined,
    }));
    const bands = [];
    this.columns.forEach((column, place) => {
      if (stacked && place < this.columns.length - 1) bands.push({ series: [place + 1, place + 2], fill: transparent(column.colour, 0.4) });
      if (column.top) bands.push({ series: [place + 1, place], fill: transparent(column.colour, 0.12) });
    });
    this.u = new uPlot(this.options(series, bands, value), data, this.area);
    this.list();
  }

  options(series, bands, value) {
    const axis = { stroke: value("--axis"), grid: { stroke: value("--grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const { format, steps, least } = this.chart;
    return {
      width: this.area.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 }, sync: { key: together.key } },
      scales: {
        x: { range: () => [this.view.start, this.view.end] },
        y: { range: (_, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.1 : least] },
      },
      axes: [
        { ...axis, space: 70, size: 28, values: (_, splits) => splits.map((at) => moment(at, Math.max(901, this.view.end - this.view.start))) },
        { ...axis, size: 76, ...(steps && { incrs: steps }), values: (_, splits) => splits.map(format) },
      ],
      series: [{}, ...series],
      bands,
      hooks: { setCursor: [() => this.write()], draw: [(u) => this.mark(u, value)] },
    };
  }

  /** Draw a line where something happened. */
  mark(u, value) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const marker of this.markers()) {
      if (marker.at < this.view.start || marker.at > this.view.end) continue;
      const x = Math.round(u.valToPos(marker.at, "x", true));
      ctx.strokeStyle = ctx.fillStyle = value(`--mark-${marker.tone}`);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillRect(x - 2 * devicePixelRatio, bbox.top, 4 * devicePixelRatio, 5 * devicePixelRatio);
    }
    ctx.restore();
  }

  list() {
    this.legend.replaceChildren(
      ...this.columns.map((column, place) => {
        const item = element("li", column.top ? "top" : "");
        const swatch = element("i", "swatch");
        swatch.style.backgroundColor = this.colours[place];
        item.append(swatch, element("span", "", column.name), element("b", "", "–"));
        return item;
      }),
    );
  }

  /** Write the values where the reader points, or the newest. */
  write() {
    const pointed = this.u?.cursor.idx;
    const has = pointed !== null && pointed !== undefined && this.u.cursor.left >= 0;
    const place = has ? pointed : this.newest();
    const items = this.legend.querySelectorAll("b");
    this.columns.forEach((column, n) => {
      const value = column.values[place];
      const text = value === null || value === undefined ? "–" : this.chart.format(value);
      if (items[n] && items[n].textContent !== text) items[n].textContent = text;
    });
    const when = has ? [moment(this.times[place], this.view.end - this.view.start), this.near(this.times[place])].filter(Boolean).join(" · ") : "";
    if (this.pointed.textContent !== when) this.pointed.textContent = when;
  }

  /** Return the last place of which anything is known: the time that runs just now is not over yet. */
  newest() {
    let place = this.times.length - 1;
    const reach = this.view.live ? NEWEST_LIVE : NEWEST;
    const known = (column) => column.values[place] !== null && column.values[place] !== undefined;
    while (place > 0 && this.times.at(-1) - this.times[place] < reach && !this.columns.some(known)) place -= 1;
    return place;
  }

  /** Return what happened close to a moment, in words. */
  near(at) {
    const width = (4 * (this.view.end - this.view.start)) / Math.max(1, this.area.clientWidth);
    const found = this.markers().filter((marker) => Math.abs(marker.at - at) <= width);
    return found.map((marker) => marker.text).join(", ");
  }

  /** Move from value to value by the arrow keys. */
  step(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (move === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    const last = this.times.length - 1;
    if (last < 0) return;
    const first = Math.max(0, this.times.findIndex((at) => at >= this.view.start));
    const from = this.u.cursor.left >= 0 ? this.u.cursor.idx : last;
    const place = event.key === "Home" ? first : event.key === "End" ? last : Math.max(first, Math.min(last, from + move));
    this.u.setCursor({ left: Math.max(0, this.u.valToPos(this.times[place], "x")), top: 10 });
    this.spoken.textContent = `${this.pointed.textContent}: ${this.summary()}`;
  }

  /** Return the values in the legend as one sentence. */
  summary() {
    const values = [...this.legend.querySelectorAll("b")].map((item) => item.textContent);
    return this.columns.map((column, place) => `${column.name} ${values[place]}`).join(", ");
  }
}
