// The form of a new pod or container: rows for lists, a search over options, counts, and the preview beside it.
import { enhance } from "./lines.js";
import { copying, following, tabs } from "./preview.js";
import { follow } from "./problems.js";

const form = document.getElementById("spec");
const preview = document.getElementById("preview");

function isSet(holder) {
  const standard = JSON.parse(holder.dataset.standard);
  const controls = [...holder.querySelectorAll("[name]")].filter((control) => !control.disabled);
  const now = controls.flatMap((control) => {
    if (control.type === "checkbox") return control.checked ? [control.value] : [];
    return control.value ? [control.value] : [];
  });
  return JSON.stringify(now) !== JSON.stringify(standard);
}

function count() {
  for (const group of form.querySelectorAll("details.group")) {
    const set = [...group.querySelectorAll("[data-field]")].filter(isSet).length;
    const text = set ? `${set} set` : "";
    const place = group.querySelector(".set");
    if (place.textContent !== text) place.textContent = text;
  }
}

function search(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of form.querySelectorAll("details.group")) {
    let hits = 0;
    for (const holder of group.querySelectorAll("[data-field]")) {
      const hit = words.every((word) => holder.dataset.words.includes(word));
      holder.hidden = !hit;
      if (hit) hits += 1;
    }
    group.hidden = !hits;
    if (words.length) {
      group.dataset.wasOpen ??= String(group.open);
      group.open = hits > 0;
    } else if (group.dataset.wasOpen) {
      group.open = group.dataset.wasOpen === "true";
      delete group.dataset.wasOpen;
    }
    found += hits;
  }
  const text = words.length ? `${found} option${found === 1 ? "" : "s"}` : "";
  document.getElementById("options-found").textContent = text;
}

const lines = enhance(form);
const look = following(form, preview, lines);
tabs(preview);
copying(preview);
follow(form, look);
count();
for (const kind of ["input", "change"]) {
  form.addEventListener(kind, (event) => {
    if (event.target.id === "options-search") return;
    count();
    look();
  });
}
const field = document.getElementById("options-search");
field.closest("search").hidden = false;
field.addEventListener("input", () => search(field.value));
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
for (const link of document.querySelectorAll(".faults a")) {
  link.addEventListener("click", (event) => {
    const target = document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    target.closest("details")?.setAttribute("open", "");
    target.focus();
    target.scrollIntoView({ block: "center" });
  });
}
form.addEventListener("submit", () => {
  // A second click asks for nothing more; coming back to the page finds the button usable again.
  for (const button of form.querySelectorAll("button[type=submit]")) setTimeout(() => (button.disabled = true), 0);
});
window.addEventListener("pageshow", () => {
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
});
document.querySelector(".faults")?.focus();
