// The same pod in other words beside the form: tabs, copying, and keeping them true while the form changes.
import { show } from "./problems.js";

const ASK_AFTER = 300; // ms without a change

/** Make tabs of the panels in `preview`, of which only one is then shown. */
export function tabs(preview) {
  const list = preview.querySelector("[role=tablist]");
  const buttons = [...list.querySelectorAll("[role=tab]")];
  const choose = (button, focus) => {
    for (const one of buttons) {
      const chosen = one === button;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = !chosen;
    }
    if (focus) button.focus();
  };
  list.hidden = false;
  preview.classList.add("tabbed");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[role=tab]");
    if (button) choose(button, false);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    choose(buttons[(at + step + buttons.length) % buttons.length], true);
  });
  choose(buttons[0], false);
}

async function copied(text, element) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // A page that came over plain http from another machine has no clipboard of its own.
  getSelection().selectAllChildren(element);
  document.execCommand("copy");
  getSelection().removeAllRanges();
}

/** Let the buttons copy the text of their panel. */
export function copying(preview) {
  for (const button of preview.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copies);
      await copied(source.textContent, source);
      button.textContent = "Copied";
      document.getElementById("announcer").textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }
}

function put(preview, answer) {
  for (const [name, text] of Object.entries(answer.texts)) {
    const place = preview.querySelector(`#p-${name} code`);
    if (place.textContent !== text) place.textContent = text;
  }
  const state = preview.querySelector(".preview-state");
  const text = answer.left_out.length ? `Left out until they are right: ${answer.left_out.join(", ")}.` : "";
  if (state.textContent !== text) state.textContent = text;
  const notes = preview.querySelector(".preview-notes");
  notes.replaceChildren(
    ...answer.notes.map((note) => {
      const item = document.createElement("li");
      item.textContent = note;
      return item;
    }),
  );
}

/** Return a function that reads the preview again shortly after its last call. */
export function following(form, preview, lines) {
  let timer = 0;
  let current = null;
  const ask = async () => {
    current?.abort();
    current = new AbortController();
    try {
      const response = await fetch(form.dataset.preview, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        signal: current.signal,
        redirect: "manual",
      });
      if (!response.ok) throw new Error(`${response.status}`);
      const answer = await response.json();
      put(preview, answer);
      show(form, answer.problems, lines);
    } catch (error) {
      if (error.name === "AbortError") return;
      preview.querySelector(".preview-state").textContent = "The preview could not be read; the next change repeats it.";
    }
  };
  return () => {
    clearTimeout(timer);
    timer = setTimeout(ask, ASK_AFTER);
  };
}
