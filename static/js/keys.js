// Keys: between rows, between pages, and the help that lists them. Single keys can be turned off, for speech input.
import { turn } from "./choose.js";
import { openPalette } from "./palette.js";

const OFF = "podweb.keys-off";
const SEQUENCE = 1000; // ms in which the second key follows the first
const help = document.getElementById("keys-help");
const keysOn = document.getElementById("keys-on");
let wentAt = -Infinity;

const on = () => localStorage.getItem(OFF) === null;
const pods = () => [...document.querySelectorAll("#hosts tbody.pod")].filter((pod) => !pod.hidden);
const link = (pod) => pod.querySelector(".pod-row .name a");

function step(pod, by) {
  const all = pods();
  if (!all.length) return;
  const at = all.indexOf(pod);
  const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by));
  link(all[next]).focus();
}

function showHelp() {
  keysOn.checked = on();
  help.showModal();
}

/** In the list: returns whether the key was one of its own. */
function inList(key, target) {
  const pod = target.closest("tbody.pod");
  const onName = pod && target === link(pod);
  if (key === "j" || (key === "ArrowDown" && onName)) step(pod, 1);
  else if (key === "k" || (key === "ArrowUp" && onName)) step(pod, -1);
  else if (key === " " && onName) turn(pod);
  else return false;
  return true;
}

function anywhere(key, moment) {
  const second = moment - wentAt < SEQUENCE;
  wentAt = -Infinity;
  if (second && key === "p") location.assign(help.dataset.pods);
  else if (second && key === "o") location.assign(help.dataset.operations);
  else if (key === "g") wentAt = moment;
  else if (key === "?") showHelp();
  else if (key === "/") {
    const field = document.getElementById("filter");
    if (!field) return false;
    field.focus();
  } else return false;
  return true;
}

if (help) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      // A terminal has its own use for it.
      if (event.target.closest(".xterm") || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || !on()) return;
    const box = event.target.closest("input.choose");
    const typing = !box && event.target.closest("input, textarea, select, dialog, .xterm, [contenteditable]");
    // What was closed with the focus in it keeps the focus until the next frame.
    if (typing && event.target.checkVisibility()) return;
    if (inList(event.key, event.target) || anywhere(event.key, event.timeStamp)) event.preventDefault();
  });
  keysOn.addEventListener("change", () => {
    if (keysOn.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  document.getElementById("keys-open")?.addEventListener("click", showHelp);
  document.getElementById("palette-open")?.addEventListener("click", openPalette);
}
