// The log page: what is chosen, searched and followed. The lines are in log-store.js, what is seen of them in log-view.js.
import { plain } from "./ansi.js";
import { LogStore, Shown, matcher } from "./log-store.js";
import { LogView } from "./log-view.js";
import { Stream } from "./stream.js";

const SLICE = 8; // ms of work between two chances for the page to do something else
const DRAW_EVERY = 50; // ms while lines pour in
const PASSING = ["stopping", "gap", "host_silent", "engine_unreachable", "broker_unreachable"];
const page = document.getElementById("logs");
const find = (id) => document.getElementById(id);
const store = new LogStore();
const shown = new Shown(store);
const view = new LogView(find("log"), store, shown);
const chosen = { hidden: new Set(), outputs: [true, true], filter: null };
let containers = [];
let following = true;
let behind = 0; // `shown.end` when following stopped
let drawnAt = 0;
let waiting = false;
let working = false;
const WORDS = {
  connecting: "Connecting…",
  open: "Connected",
  lost: "Connection lost; connecting again",
  ended: "Ended",
  denied: "You may not read this log",
};

// Drawing: at most once a frame, and less often while lines pour in

function draw() {
  waiting = false;
  drawnAt = performance.now();
  view.draw(following);
  const news = shown.end - behind;
  find("follow").setAttribute("aria-pressed", String(following));
  find("follow-word").textContent = following ? "Following" : "Follow";
  find("follow").classList.toggle("pf-m-primary", !following);
  find("follow").classList.toggle("pf-m-secondary", following);
  find("follow-news").textContent = following || news <= 0 ? "" : ` (${news.toLocaleString("en")} new)`;
  find("log-count").textContent = count();
  find("log-empty").hidden = shown.end > shown.begin;
}

function count() {
  const kept = store.end - store.first;
  const lines = `${kept.toLocaleString("en")} line${kept === 1 ? "" : "s"}`;
  const some = shown.everything ? lines : `${(shown.end - shown.begin).toLocaleString("en")} of ${lines}`;
  return store.first ? `${some}; ${store.first.toLocaleString("en")} older ones left the page` : some;
}

function drawSoon() {
  if (waiting) return;
  waiting = true;
  const rest = Math.max(0, DRAW_EVERY - (performance.now() - drawnAt));
  setTimeout(() => requestAnimationFrame(draw), rest);
}

function work() {
  working = false;
  if (!shown.advance(SLICE)) workSoon();
  drawSoon();
}

function workSoon() {
  if (working) return;
  working = true;
  setTimeout(work, 0);
}

// What is chosen

function choose() {
  const some = chosen.hidden.size ? new Set(containers.map((one) => one.number).filter((number) => !chosen.hidden.has(number))) : null;
  shown.reset({ containers: some, outputs: [...chosen.outputs], filter: chosen.filter });
  view.heights.reset();
  view.current = -1;
  behind = following ? behind : 0;
  workSoon();
}

function options() {
  return { expression: find("expression").checked, sensitive: find("sensitive").checked };
}

function words(id) {
  const field = find(id);
  try {
    const wanted = matcher(field.value, options());
    field.removeAttribute("aria-invalid");
    find("log-problem").textContent = "";
    return wanted;
  } catch (error) {
    field.setAttribute("aria-invalid", "true");
    find("log-problem").textContent = `Not a regular expression: ${error.message}`;
    return null;
  }
}

function filter() {
  chosen.filter = words("log-filter");
  choose();
}

function markSearch() {
  const { value } = find("search");
  const { expression, sensitive } = options();
  const escaped = expression ? value : value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  view.mark = value && words("search") ? new RegExp(escaped, sensitive ? "g" : "gi") : null;
  find("search-result").textContent = "";
  drawSoon();
}

/** Go to the next line with the words, up (-1) or down (1), in slices. */
function search(direction) {
  const wanted = words("search");
  if (!wanted) return;
  const from = view.current >= shown.begin ? view.current + direction : direction < 0 ? shown.end - 1 : (view.top?.position ?? shown.begin);
  let position = from;
  let left = shown.end - shown.begin;
  const slice = () => {
    const until = performance.now() + SLICE;
    for (; left > 0 && performance.now() < until; left -= 1, position += direction) {
      if (position >= shown.end) position = shown.begin;
      if (position < shown.begin) position = shown.end - 1;
      if (wanted(store.text(shown.line(position)))) return arrive(position);
    }
    if (left > 0) setTimeout(slice, 0);
    else find("search-result").textContent = "Not found";
  };
  slice();
}

function arrive(position) {
  pause();
  view.current = position;
  if (view.wrap) view.heights.update();
  view.show(position);
  find("search-result").textContent = `Line ${(position - shown.begin + 1).toLocaleString("en")}`;
  find("announcer").textContent = plain(store.text(shown.line(position)));
  drawSoon();
}

function pause() {
  if (!following) return;
  following = false;
  behind = shown.end;
}

function follow(wanted) {
  if (wanted) following = true;
  else pause();
  drawSoon();
}

function offer(list) {
  containers = list;
  for (const one of list) view.names[one.number] = one.name;
  const known = new Set([...find("containers").querySelectorAll("input")].map((input) => Number(input.value)));
  for (const one of list) {
    if (known.has(one.number)) continue;
    const label = document.createElement("label");
    const input = document.createElement("input");
    const name = document.createElement("span");
    Object.assign(input, { type: "checkbox", value: String(one.number), checked: true });
    name.textContent = one.name;
    label.className = `log-switch c${one.number % 8}`;
    label.append(input, name);
    find("containers").append(label);
  }
  drawSoon();
}

// The stream

function resume() {
  const found = {};
  for (const one of containers) {
    const position = store.positions.get(one.number);
    if (position) found[one.id] = position;
  }
  return found;
}

const numberOf = (text) => (text ? Number(text) : null);
const stream = new Stream(page.dataset.socket, PASSING, {
  hello: () => ({
    since: numberOf(page.dataset.since),
    until: numberOf(page.dataset.until),
    tail: numberOf(page.dataset.tail),
    resume: resume(),
    markers_after: store.lastMarker,
  }),
  onLines: (text, done) => {
    // The host worker numbers containers anew for each connection, in the order of its list.
    store.add(numbering ? renumber(text) : text);
    workSoon();
    done();
  },
  onMessage: (message) => {
    if (message.type === "containers") offer(numbered(message.containers));
    if (message.type === "ended") ended(message);
  },
  onState: (state) => {
    page.dataset.state = state;
    if (state === "open" || !find("log-state").dataset.final) find("log-state").textContent = WORDS[state];
    if (state === "open") delete find("log-state").dataset.final;
  },
});

let numbering = null; // the connection's number -> ours, where they differ

function numbered(list) {
  const ours = new Map(containers.map((one) => [one.id, one.number]));
  let next = containers.length;
  const map = new Map();
  const all = [...containers];
  for (const one of list) {
    if (!ours.has(one.id)) {
      ours.set(one.id, next);
      all.push({ ...one, number: next });
      next += 1;
    }
    map.set(one.number, ours.get(one.id));
  }
  numbering = [...map].every(([theirs, own]) => theirs === own) ? null : map;
  return all;
}

function renumber(text) {
  return text.replace(/^\d+/gm, (number) => String(numbering.get(Number(number)) ?? number));
}

function ended(message) {
  const state = find("log-state");
  state.dataset.final = "yes";
  state.textContent = message.code === "end" ? "This is all" : [message.message, message.hint, message.engine].filter(Boolean).join(" ");
  find("log-empty").textContent = message.code === "end" ? "No lines." : "";
}

function listen() {
  find("containers").addEventListener("change", (event) => {
    const number = Number(event.target.value);
    if (event.target.checked) chosen.hidden.delete(number);
    else chosen.hidden.add(number);
    choose();
  });
  for (const [id, output] of [["stdout", 0], ["stderr", 1]]) {
    find(id).addEventListener("change", (event) => {
      chosen.outputs[output] = event.target.checked;
      choose();
    });
  }
  find("log-filter").addEventListener("input", filter);
  for (const id of ["expression", "sensitive"]) find(id).addEventListener("change", () => (filter(), markSearch()));
  find("search").addEventListener("input", markSearch);
  find("search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    search(event.shiftKey ? 1 : -1);
  });
  find("search-up").addEventListener("click", () => search(-1));
  find("search-down").addEventListener("click", () => search(1));
  find("follow").addEventListener("click", () => follow(!following));
  for (const [id, name] of [["wrap", "wrap"], ["times", "times"]]) {
    find(id).addEventListener("change", (event) => {
      view[name] = event.target.checked;
      find("log").classList.toggle(`is-${name}`, event.target.checked);
      view.heights.reset();
      view.measure();
      drawSoon();
    });
  }
  watchScrolling();
  view.onMeasured = drawSoon;
}

function watchScrolling() {
  const log = find("log");
  let before = 0;
  log.addEventListener("scroll", () => {
    const up = log.scrollTop < before - 1;
    before = log.scrollTop;
    if (up && !view.atEnd) pause();
    else if (view.atEnd) following = true;
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(draw);
    }
  });
}

listen();
view.measure();
stream.start();
addEventListener("pagehide", () => stream.stop());
addEventListener("pageshow", (event) => event.persisted && stream.start());
