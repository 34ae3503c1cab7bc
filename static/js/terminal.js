// A terminal: xterm.js on one side, a stream on the other. The page is told in sessionStorage which one it has open.
import "./terminal-styles.js";
import { Terminal } from "../vendor/xterm/xterm.mjs";
import { FitAddon } from "../vendor/xterm/addon-fit.mjs";
import { Stream } from "./stream.js";

const PIECE = 8 * 1024; // bytes of input in one message
const find = (id) => document.getElementById(id);
const page = find("terminal");
const encoder = new TextEncoder();
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const styles = getComputedStyle(document.documentElement);
const terminal = new Terminal({
  cursorBlink: !still,
  fontFamily: styles.getPropertyValue("--pf-t--global--font--family--mono") || "monospace",
  fontSize: 13,
  scrollback: 5000,
  theme: { background: "#151515", foreground: "#f0f0f0", blue: "#6ca6ee" },
  minimumContrastRatio: 4.5,
});
const fit = new FitAddon();
let waiting = []; // pieces of input that the host worker has not granted yet
let typed = 0;
let mayType = 0;
let old = 0; // bytes of old output that are still to come: queries in it were answered long ago
let failed = false;

const session = () => sessionStorage.getItem(page.dataset.key) || "";

function forget() {
  sessionStorage.removeItem(page.dataset.key);
}

function show(state, words) {
  page.dataset.state = state;
  find("terminal-state").textContent = words;
  find("terminal-close").hidden = state !== "open";
  for (const id of ["terminal-open", "terminal-user", "terminal-command"]) find(id).hidden = state === "open" || state === "lost";
  for (const label of page.querySelectorAll("label[data-choice]")) label.hidden = state === "open" || state === "lost";
}

function ending(words) {
  find("terminal-ending").hidden = !words;
  find("terminal-ending").textContent = words;
}

function flush() {
  while (waiting.length && typed + waiting[0].length <= mayType) {
    const data = waiting.shift();
    typed += data.length;
    stream.say(data);
  }
}

function type(data) {
  if (old > 0 || page.dataset.state !== "open") return;
  for (let at = 0; at < data.length; at += PIECE) waiting.push(data.slice(at, at + PIECE));
  flush();
}

function opened(message) {
  sessionStorage.setItem(page.dataset.key, message.session);
  typed = 0;
  mayType = message.input;
  old = message.replay;
  waiting = [];
  terminal.reset();
  ending("");
  show("open", `Open: ${message.shell}`);
  stream.say({ type: "resize", rows: terminal.rows, columns: terminal.cols });
  terminal.focus();
}

function ended(message) {
  if (message.code === "gap") return; // it comes back
  const gone = message.code === "gone" || message.code === "not_found";
  forget();
  failed = true;
  const code = message.exit_code ?? null;
  const words = gone ? "The terminal that was open here has ended." : [message.message, message.hint, message.engine].filter(Boolean).join(" ");
  ending(words);
  show("closed", code === null ? "Closed" : `Ended with exit code ${code}`);
  find("terminal-open").focus();
}

const stream = new Stream(page.dataset.socket, ["gap"], {
  hello: () => ({
    rows: terminal.rows,
    columns: terminal.cols,
    user: find("terminal-user").value.trim(),
    command: find("terminal-command").value.trim(),
    session: session(),
  }),
  onBytes: (data, done) => {
    terminal.write(data, () => {
      old = Math.max(0, old - data.length);
      done();
    });
  },
  onMessage: (message) => {
    if (message.type === "opened") opened(message);
    if (message.type === "ended") ended(message);
    if (message.type === "input") {
      mayType = message.total;
      flush();
    }
  },
  onState: (state) => {
    if (state === "connecting" && page.dataset.state === "closed") show("closed", "Opening…");
    if (state === "lost") show("lost", "Connection lost; connecting again");
    if (state === "denied") show("closed", "You may not open this terminal");
    if (state === "ended" && !failed) show("closed", "Closed");
  },
});

function start() {
  failed = false;
  ending("");
  terminal.reset();
  stream.stop();
  stream.start();
}

terminal.loadAddon(fit);
terminal.open(find("screen"));
fit.fit();
terminal.onData((text) => type(encoder.encode(text)));
terminal.onBinary((text) => type(Uint8Array.from(text, (one) => one.charCodeAt(0))));
terminal.onResize(({ rows, cols }) => page.dataset.state === "open" && stream.say({ type: "resize", rows, columns: cols }));
// Tab belongs to the shell, so there is another way out for who has only a keyboard.
terminal.attachCustomKeyEventHandler((event) => {
  if (event.type === "keydown" && event.key === "Escape" && event.ctrlKey && event.shiftKey) {
    find("terminal-close").focus();
    return false;
  }
  return true;
});
new ResizeObserver(() => fit.fit()).observe(find("screen"));
find("terminal-form").addEventListener("submit", (event) => {
  event.preventDefault();
  forget();
  start();
});
find("terminal-close").addEventListener("click", () => stream.say({ type: "close" }));
find("terminal-reader").addEventListener("change", (event) => {
  terminal.options.screenReaderMode = event.target.checked;
});
addEventListener("pagehide", () => stream.stop());
// Not before: a form that is sent without this script would only load the page again.
find("terminal-open").disabled = !("runs" in page.dataset);
if (session()) start();
