// The lines of a log, kept so that a million of them cost little: texts in blocks, the rest in typed arrays.
import { plain } from "./ansi.js";

export const MOST_LINES = 1_000_000;
const BLOCK = 4096;
export const MARKER = 2;
const KINDS = { o: 0, e: 1, m: MARKER };
const KEPT_MATCHES = 65_536; // cut off the front in pieces of this size

class Block {
  constructor() {
    this.texts = [];
    this.when = new Float64Array(BLOCK);
    this.container = new Uint16Array(BLOCK);
    this.kind = new Uint8Array(BLOCK);
  }
}

/** Lines are numbered from 0 for ever; `first` is the oldest kept, `end` is behind the newest. */
export class LogStore {
  constructor() {
    this.clear();
  }

  clear() {
    this.blocks = [];
    this.first = 0;
    this.end = 0;
    this.positions = new Map(); // container's number -> {at, lines}: how far it was read
    this.lastMarker = 0;
    this.rest = "";
  }

  /** Take in lines as the host worker writes them: NUMBER KIND TIME TEXT. */
  add(text) {
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      this.addLine(text, from, to);
      from = to + 1;
    }
    while (this.end - this.first > MOST_LINES) {
      this.blocks.shift();
      this.first += BLOCK;
    }
  }

  addLine(text, from, to) {
    const second = text.indexOf(" ", from) + 1;
    const third = second + 2;
    const fourth = text.indexOf(" ", third) + 1;
    const number = Number(text.slice(from, second - 1));
    const at = text.slice(third, fourth - 1);
    const kind = KINDS[text[second]];
    const slot = this.end % BLOCK;
    if (slot === 0) this.blocks.push(new Block());
    const block = this.blocks[this.blocks.length - 1];
    block.texts.push(text.slice(fourth, to));
    block.when[slot] = Number(at);
    block.container[slot] = number;
    block.kind[slot] = kind;
    this.end += 1;
    if (kind === MARKER) {
      this.lastMarker = Math.max(this.lastMarker, Number(at));
      return;
    }
    const position = this.positions.get(number);
    if (position?.at === at) position.lines += 1;
    else this.positions.set(number, { at, lines: 1 });
  }

  block(line) {
    return this.blocks[Math.floor((line - this.first) / BLOCK)];
  }

  text(line) {
    return this.block(line).texts[line % BLOCK];
  }

  kind(line) {
    return this.block(line).kind[line % BLOCK];
  }

  container(line) {
    return this.block(line).container[line % BLOCK];
  }

  when(line) {
    return this.block(line).when[line % BLOCK];
  }
}

/** Return what decides whether a text is meant: `words` plainly, or as a regular expression; null for no words. Throws. */
export function matcher(words, { expression, sensitive }) {
  if (!words) return null;
  if (expression) {
    const compiled = new RegExp(words, sensitive ? "" : "i");
    return (text) => compiled.test(plain(text));
  }
  if (sensitive) return (text) => plain(text).includes(words);
  const wanted = words.toLowerCase();
  return (text) => plain(text).toLowerCase().includes(wanted);
}

/** The lines that are shown, in order. Positions count for ever, as lines do; work is done in slices of a few ms. */
export class Shown {
  constructor(store) {
    this.store = store;
    this.reset({ containers: null, outputs: [true, true], filter: null });
  }

  reset(choice) {
    this.choice = choice;
    this.everything = !choice.filter && !choice.containers && choice.outputs.every(Boolean);
    this.matches = [];
    this.cut = 0; // positions that were forgotten
    this.cursor = this.store.first;
    this.skipped = 0;
  }

  /** Look at lines not looked at yet, for `budget` ms; returns whether all were. */
  advance(budget) {
    const { store } = this;
    if (this.everything) {
      this.cursor = store.end;
      return true;
    }
    this.forget();
    const until = performance.now() + budget;
    while (this.cursor < store.end) {
      const to = Math.min(store.end, this.cursor + 500);
      for (; this.cursor < to; this.cursor += 1) if (this.accepts(this.cursor)) this.matches.push(this.cursor);
      if (performance.now() > until) return this.cursor >= store.end;
    }
    return true;
  }

  /** Forget matches whose lines are gone. */
  forget() {
    const { first } = this.store;
    this.cursor = Math.max(this.cursor, first);
    while (this.skipped < this.matches.length && this.matches[this.skipped] < first) this.skipped += 1;
    if (this.skipped > KEPT_MATCHES) {
      this.matches.splice(0, this.skipped);
      this.cut += this.skipped;
      this.skipped = 0;
    }
  }

  accepts(line) {
    const { store, choice } = this;
    const kind = store.kind(line);
    if (choice.containers && !choice.containers.has(store.container(line))) return false;
    if (kind === MARKER) return !choice.filter;
    return choice.outputs[kind] && (!choice.filter || choice.filter(store.text(line)));
  }

  get begin() {
    return this.everything ? this.store.first : this.cut + this.skipped;
  }

  get end() {
    return this.everything ? this.store.end : this.cut + this.matches.length;
  }

  line(position) {
    return this.everything ? position : this.matches[position - this.cut];
  }
}
