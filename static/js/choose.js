// Which pods of the list are chosen, for an action on all of them. A choice outlives a refresh of its row,
// and ends with the row: what leaves the page is not acted on unseen.
const chosen = new Set();
let last = null; // the key that was turned last, from which a range goes
let telling = 0;

const bar = document.getElementById("bulk");
const boxes = (root = document) => [...root.querySelectorAll("tbody.pod input.choose")];
const shown = (root) => boxes(root).filter((box) => !box.closest("tbody.pod").hidden);

function set(box, on) {
  box.checked = on;
  if (on) chosen.add(box.value);
  else chosen.delete(box.value);
}

function tellEvery() {
  for (const every of document.querySelectorAll("input.choose-every")) {
    const here = shown(every.closest("table"));
    const ticked = here.filter((box) => box.checked).length;
    every.hidden = false;
    every.checked = ticked > 0 && ticked === here.length;
    every.indeterminate = ticked > 0 && ticked < here.length;
  }
}

function tell() {
  telling = 0;
  const ticked = boxes().filter((box) => box.checked);
  const there = new Set(ticked.map((box) => box.value));
  for (const key of chosen) if (!there.has(key)) chosen.delete(key);
  const verbs = new Set();
  let hidden = 0;
  for (const box of ticked) {
    const pod = box.closest("tbody.pod");
    if (pod.hidden) hidden += 1;
    for (const verb of pod.dataset.verbs.split(" ")) verbs.add(verb);
  }
  const text = `${ticked.length} pod${ticked.length === 1 ? "" : "s"} chosen${hidden ? `, ${hidden} not shown` : ""}`;
  const line = document.getElementById("chosen");
  if (line.textContent !== text) line.textContent = text;
  for (const button of bar.querySelectorAll("button[name=verb]")) button.hidden = !verbs.has(button.value);
  document.getElementById("choose-all").hidden = shown().every((box) => box.checked);
  document.getElementById("choose-none").hidden = false;
  tellEvery();
}

function tellSoon() {
  telling ||= requestAnimationFrame(tell);
}

function range(box) {
  const order = shown();
  const from = order.findIndex((one) => one.value === last);
  const to = order.indexOf(box);
  if (from < 0) return;
  for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) set(one, box.checked);
}

/** Turn the choice of one pod over. */
export function turn(pod) {
  const box = pod.querySelector("input.choose");
  if (!box) return;
  set(box, !box.checked);
  last = box.value;
  tellSoon();
}

if (bar) {
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.matches("input.choose")) {
      set(box, box.checked);
      if (event.shiftKey) range(box);
      last = box.value;
    } else if (box.matches("input.choose-every")) {
      for (const one of shown(box.closest("table"))) set(one, box.checked);
    } else if (box.id === "choose-all") for (const one of shown()) set(one, true);
    else if (box.id === "choose-none") {
      for (const one of boxes()) set(one, false);
      (shown()[0] || document.getElementById("main")).focus();
    } else return;
    tellSoon();
  });
  document.addEventListener("podweb:rows", (event) => {
    for (const box of boxes(event.detail)) if (chosen.has(box.value)) box.checked = true;
    tellSoon();
  });
  document.getElementById("filter")?.addEventListener("input", tellSoon);
  // A browser that goes back, or reads the page again, may have kept the ticks.
  for (const box of boxes()) if (box.checked) chosen.add(box.value);
  window.addEventListener("pageshow", () => {
    for (const box of boxes()) set(box, box.checked);
    tell();
  });
  tell();
}
