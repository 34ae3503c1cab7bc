// ANSI escape sequences of log lines, as classes: colours and weight are shown, everything else is left out.
// eslint-disable-next-line no-control-regex
const ESCAPES = /\x1b(?:\[([0-?]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g;
export const ANY = new RegExp(ESCAPES.source);
const STYLES = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" };
const ENDS = { 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["strike"] };
const BASIC = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
];

/** Return the text without escape sequences and other control characters. */
export function plain(text) {
  return ANY.test(text) ? text.replace(ESCAPES, "") : text;
}

function nearest(red, green, blue) {
  let best = 0;
  let distance = Infinity;
  BASIC.forEach(([r, g, b], number) => {
    const away = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (away < distance) [best, distance] = [number, away];
  });
  return best;
}

function of256(number) {
  if (number < 16) return number;
  if (number > 231) return nearest(...Array(3).fill((number - 232) * 10 + 8));
  const cube = number - 16;
  return nearest(...[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((one) => (one ? one * 40 + 55 : 0)));
}

/** Take one colour behind 38 or 48; returns how many codes it used. */
function extended(codes, at, state, side) {
  if (codes[at + 1] === 5) {
    state[side] = of256(codes[at + 2] || 0);
    return 2;
  }
  if (codes[at + 1] === 2) {
    state[side] = nearest(codes[at + 2] || 0, codes[at + 3] || 0, codes[at + 4] || 0);
    return 4;
  }
  return 0;
}

function apply(state, parameters) {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at];
    if (code === 0) Object.assign(state, { fg: null, bg: null, styles: new Set() });
    else if (STYLES[code]) state.styles.add(STYLES[code]);
    else if (ENDS[code]) ENDS[code].forEach((one) => state.styles.delete(one));
    else if (code >= 30 && code <= 37) state.fg = code - 30;
    else if (code >= 90 && code <= 97) state.fg = code - 82;
    else if (code === 39) state.fg = null;
    else if (code >= 40 && code <= 47) state.bg = code - 40;
    else if (code >= 100 && code <= 107) state.bg = code - 92;
    else if (code === 49) state.bg = null;
    else if (code === 38) at += extended(codes, at, state, "fg");
    else if (code === 48) at += extended(codes, at, state, "bg");
  }
}

function classes({ fg, bg, styles }) {
  const names = [...styles].map((one) => `a-${one}`);
  if (fg !== null) names.push(`a-fg-${fg}`);
  if (bg !== null) names.push(`a-bg-${bg}`);
  return names.join(" ");
}

/** Return the line as `[text, class names]` pairs. */
export function segments(text) {
  if (!ANY.test(text)) return [[text, ""]];
  const state = { fg: null, bg: null, styles: new Set() };
  const found = [];
  let at = 0;
  for (const match of text.matchAll(ESCAPES)) {
    if (match.index > at) found.push([text.slice(at, match.index), classes(state)]);
    if (match[2] === "m" && !/[<=>?]/.test(match[1])) apply(state, match[1] || "0");
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push([text.slice(at), classes(state)]);
  return found;
}
