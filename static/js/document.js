// Search in a long text, and copying it.
const MOST_HITS = 2000;
const TYPING = 120; // ms
let at = -1;

const marks = () => document.querySelectorAll("#document-text mark");

function mark(code, query) {
  const text = code.textContent;
  const pieces = [];
  let from = 0;
  let hits = 0;
  const wanted = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
  for (const found of query ? text.matchAll(wanted) : []) {
    if (hits === MOST_HITS) break;
    hits += 1;
    const hit = document.createElement("mark");
    hit.textContent = found[0];
    pieces.push(text.slice(from, found.index), hit);
    from = found.index + found[0].length;
  }
  code.replaceChildren(...pieces, text.slice(from));
  return hits;
}

function go(step) {
  const every = marks();
  if (!every.length) return;
  every[at]?.removeAttribute("aria-current");
  at = (at + step + every.length) % every.length;
  every[at].setAttribute("aria-current", "true");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  every[at].scrollIntoView({ block: "center", inline: "nearest", behavior: still ? "instant" : "smooth" });
  document.getElementById("document-hits").textContent = `${at + 1} of ${every.length}`;
}

async function copy(code) {
  let done = true;
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(code.textContent).catch(() => {
      done = false;
    });
  } else {
    // Without TLS a browser has no clipboard to write to, but still copies what is selected.
    window.getSelection().selectAllChildren(code);
    done = document.execCommand("copy");
    window.getSelection().removeAllRanges();
  }
  document.getElementById("announcer").textContent = done ? "Copied." : "The browser did not let it be copied.";
  const button = document.getElementById("document-copy").firstElementChild;
  button.textContent = done ? "Copied" : "Not copied";
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}

/** Let the text on the page, if there is one, be searched and copied. */
export function follow() {
  const code = document.querySelector("#document-text code");
  const field = document.getElementById("document-query");
  if (!code || !field) return;
  document.querySelector(".document-acts").hidden = false;
  let timer = 0;
  const search = () => {
    at = -1;
    const hits = mark(code, field.value.trim());
    const words = hits === MOST_HITS ? `${MOST_HITS} or more found` : `${hits} found`;
    document.getElementById("document-hits").textContent = field.value.trim() ? words : "";
    if (hits) go(1);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING);
  });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(1);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    go(-1);
  });
  document.getElementById("document-next").addEventListener("click", () => go(1));
  document.getElementById("document-previous").addEventListener("click", () => go(-1));
  document.getElementById("document-copy").addEventListener("click", () => copy(code));
  // Somebody may have typed before this was there.
  if (marks().length) go(1);
  else if (field.value.trim()) search();
}
