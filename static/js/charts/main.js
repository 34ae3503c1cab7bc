// The charts of the page of a pod, or of a container: what is chosen, where the numbers come from, and when they are drawn.
import { CHARTS, METRICS, MODES, RANGES, moment } from "./definitions.js";
import { fileName, saveCsv, savePng, tableOf } from "./exports.js";
import { readMarkers } from "./markers.js";
import { Plot } from "./plot.js";
import { Sources } from "./sources.js";
import { Store } from "./store.js";

const AGAIN = 60_000; // ms between readings of history
const section = document.getElementById("charts");
const of = section?.dataset.container || "";
const subject = of ? `${of} in ${section.dataset.name}` : section?.dataset.name;
const file = of ? `${section.dataset.name}-${of}` : section?.dataset.name;
const note = document.getElementById("charts-note");
const tableArea = document.querySelector("#charts-table > div");
const live = new Store();
const past = new Store();
const waiting = [];
const chosen = { range: RANGES[0], mode: MODES[0] };
// The page's own moment is from before it came; this script may have waited for a while.
const started = performance.getEntriesByType("navigation")[0].responseStart;
let newest = null; // {usage, heard} of the last tick
let ready = false;
let asked = 0;
let onScreen = true;

let markers = [];
const plots = CHARTS.map((chart) => new Plot(chart, () => markers));

/** Return the server's time in seconds, whatever the reader's clock says. */
const now = () => Number(section.dataset.now) + (performance.now() - started) / 1000;
const names = new Map();

/** Return a container's name by its engine id. */
function nameOf(id) {
  if (!names.has(id)) {
    const row = document.querySelector(`.container-row[data-container="${CSS.escape(id)}"]`);
    if (row) names.set(id, row.dataset.name);
  }
  return names.get(id);
}

function say(text) {
  if (note.textContent !== text) note.textContent = text;
  note.hidden = !text;
}

async function read(start, end, points, container) {
  const query = new URLSearchParams({ metric: METRICS.join(","), from: start, to: end, points, container });
  const response = await fetch(`${section.dataset.history}?${query}`, { headers: { Accept: "application/json" } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message || `status ${response.status}`);
  return answer;
}

/** Fill a store from history; returns whether it is still wanted. */
async function load(store, range) {
  asked += 1;
  const mine = asked;
  const end = Math.floor(now());
  const start = end - range.seconds;
  try {
    const answers = await Promise.all([read(start, end, range.points, ""), read(start, end, range.points, of || "*")]);
    if (mine !== asked) return;
    store.load(answers);
    say("");
  } catch (error) {
    if (mine === asked) say(`What was before could not be read: ${error.message}`);
  }
}

function view() {
  const { range, mode } = chosen;
  const store = range.live ? live : past;
  const end = range.live && live.times.length ? Math.max(live.times.at(-1), now() - 5) : now();
  return { store, mode: mode.key, of, live: Boolean(range.live), start: end - range.seconds, end, colours: document.documentElement.className };
}

function draw() {
  if (!ready || document.hidden || !onScreen) return;
  const wanted = view();
  for (const plot of plots) {
    plot.show(wanted.store, wanted);
    const label = `${plot.chart.title} of ${subject}, ${chosen.range.words}: ${plot.summary()}. Arrow keys move through time.`;
    // Not at every tick: a reader that is on it would hear nothing else.
    if (document.activeElement !== plot.area) plot.area.setAttribute("aria-label", label);
  }
  const known = (!of && wanted.store.containers().length) || wanted.store.line(of, "cpu").averages.some((value) => value !== null);
  if (!known && !note.textContent) say("Nothing was measured in this time.");
  else if (known && note.textContent.startsWith("Nothing")) say("");
}

/** Read again what happened in the time that is shown. */
async function mark() {
  const { start, end } = view();
  try {
    markers = await readMarkers(section.dataset.timeline, start, end, of);
    draw();
  } catch (error) {
    console.info("what happened could not be read; the next change repeats it", error.message);
  }
}

/** Whatever happens to the pod has its page read again: then there may be a new marker. */
function followChanges() {
  let soon = 0;
  new MutationObserver(() => {
    clearTimeout(soon);
    soon = setTimeout(mark, 300);
  }).observe(document.getElementById("detail"), { childList: true });
}

function fillTable() {
  if (!document.getElementById("charts-table").open) return;
  const wanted = view();
  tableArea.replaceChildren(tableOf(wanted.store, CHARTS, wanted));
}

let sources = null;
const sourcesBox = document.getElementById("charts-sources");

function fillSources() {
  if (!sourcesBox.open || !newest) return;
  sources ||= new Sources(sourcesBox.querySelector("div"));
  const { usage, heard } = newest;
  const id = of && document.querySelector(".container-row").dataset.container;
  sources.write(of ? usage.containers[id] : usage.total, usage.source, usage.at, (performance.now() - heard) / 1000);
}

async function choose(kind, one) {
  chosen[kind] = one;
  sessionStorage.setItem(`podweb.charts.${kind}`, one.key);
  for (const button of document.querySelectorAll(`#charts-${kind} button`)) {
    const isChosen = button.dataset.key === one.key;
    button.setAttribute("aria-pressed", String(isChosen));
    button.classList.toggle("pf-m-selected", isChosen);
  }
  if (kind === "range" && !one.live) await load(past, one);
  draw();
  if (kind === "range") mark();
  fillTable();
}

function offer(kind, all) {
  const group = document.getElementById(`charts-${kind}`);
  for (const one of all) {
    const item = document.createElement("div");
    item.className = "pf-v6-c-toggle-group__item";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pf-v6-c-toggle-group__button";
    button.dataset.key = one.key;
    const text = document.createElement("span");
    text.className = "pf-v6-c-toggle-group__text";
    text.textContent = one.label;
    button.append(text);
    button.addEventListener("click", () => choose(kind, one));
    item.append(button);
    group.append(item);
  }
  const former = sessionStorage.getItem(`podweb.charts.${kind}`);
  return all.find((one) => one.key === former) || all[0];
}

function take(message) {
  const usage = message.pods[section.dataset.pod];
  if (!usage) return;
  newest = { usage, heard: performance.now() };
  fillSources();
  if (!ready) {
    waiting.push(usage);
    return;
  }
  live.push(usage, nameOf);
  live.trim(usage.at - RANGES[0].seconds - 15);
  if (chosen.range.live) draw();
}

async function begin() {
  section.hidden = false;
  document.getElementById("charts-grid").append(...plots.map((plot) => plot.figure));
  const range = offer("range", RANGES);
  const mode = of ? MODES[0] : offer("mode", MODES);
  document.addEventListener("podweb:tick", (event) => take(event.detail));
  await load(live, RANGES[0]);
  ready = true;
  for (const usage of waiting.splice(0)) live.push(usage, nameOf);
  if (!of) await choose("mode", mode);
  await choose("range", range);
  followChanges();
  section.dataset.ready = "";
  setInterval(async () => {
    if (!chosen.range.live && !document.hidden) await choose("range", chosen.range);
    else fillTable();
  }, AGAIN);
  // Without ticks, too, time goes on.
  setInterval(() => chosen.range.live && !document.hidden && now() - (live.times.at(-1) || 0) > 3 && draw(), 1000);
  document.addEventListener("visibilitychange", draw);
  new IntersectionObserver(([entry]) => {
    onScreen = entry.isIntersecting;
    draw();
  }, { rootMargin: "200px" }).observe(section);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
  document.getElementById("charts-table").addEventListener("toggle", fillTable);
  sourcesBox.addEventListener("toggle", fillSources);
  setInterval(fillSources, 1000);
  document.getElementById("charts-csv").addEventListener("click", () => {
    const wanted = view();
    saveCsv(wanted.store, CHARTS, wanted, fileName(file, chosen.range.key, "csv"));
  });
  document.getElementById("charts-png").addEventListener("click", () => {
    const title = `${subject}, ${chosen.range.words} until ${moment(now(), 86401)}`;
    savePng(plots, title, fileName(file, chosen.range.key, "png"));
  });
}

if (section) begin();
