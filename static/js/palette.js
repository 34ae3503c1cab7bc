// The command palette: a combobox over what the server finds.
import { fetched } from "./rows.js";

const ASK_AFTER = 120; // ms without typing
const palette = document.getElementById("palette");
const field = document.getElementById("palette-words");
const list = document.getElementById("found");
const none = document.getElementById("found-none");
let timer = 0;
let asked = 0;
let answered = 0; // equals asked once what is shown belongs to what is typed
let enter = false; // pressed before the answer came

const options = () => [...list.children];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) {
    field.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

async function ask(mine) {
  const url = new URL(palette.dataset.find, location.href);
  url.searchParams.set("q", field.value);
  let found = [];
  let words = "";
  try {
    found = [...(await fetched(url)).querySelectorAll("[role=option]")];
    words = found.length ? "" : "Nothing is like that.";
  } catch (error) {
    console.info("the palette could not ask", error.message);
    words = "The server does not answer.";
  }
  if (mine !== asked) return; // typed on meanwhile: the next answer counts
  answered = mine;
  list.replaceChildren(...found);
  field.setAttribute("aria-expanded", String(found.length > 0));
  list.hidden = !found.length;
  none.textContent = words;
  choose(found[0]);
  if (enter && found[0]) go(found[0]);
  enter = false;
}

function go(option) {
  palette.close();
  location.assign(option.dataset.href);
}

/** Open it, empty. */
export function openPalette() {
  field.value = "";
  list.replaceChildren();
  list.hidden = true;
  none.textContent = "";
  palette.showModal();
  field.focus();
  enter = false;
  ask((asked += 1));
}

function keyed(event) {
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown" && all.length) choose(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp" && all.length) choose(all.at(at <= 0 ? -1 : at - 1));
  else if (event.key === "Enter" && !event.isComposing) {
    // What is shown may be the answer to fewer words than were typed.
    if (asked !== answered) enter = true;
    else if (at >= 0) go(all[at]);
  } else return;
  event.preventDefault();
}

if (palette) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    const mine = (asked += 1);
    enter = false;
    timer = setTimeout(ask, ASK_AFTER, mine);
  });
  field.addEventListener("keydown", keyed);
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
}
