// Shows the part of a log that is in view, however long it is. Every visual row has the same height, so that where a line
// stands can be counted; a wrapped line takes as many rows as its characters need in a fixed-width font.
import { ANY as ANY_ESCAPE, plain, segments } from "./ansi.js";
import { MARKER } from "./log-store.js";

const ROW = 17; // px; 1,000,000 rows stay below the tallest element that browsers draw
const TALLEST = 17_000_000;
const GROUP = 1024; // positions whose rows are summed up together
const MARGIN = 6; // rows drawn beyond what is in view
const COLOURS = 8;

/** Counts rows of wrapped lines: sums of groups, made as they are needed. */
class Heights {
  constructor(shown, rowsOf) {
    Object.assign(this, { shown, rowsOf, sums: new Map(), total: 0, counted: null });
  }

  reset() {
    this.sums.clear();
    this.total = 0;
    this.counted = null;
  }

  group(number) {
    const from = Math.max(number * GROUP, this.shown.begin);
    const to = Math.min((number + 1) * GROUP, this.shown.end);
    let sum = 0;
    for (let position = from; position < to; position += 1) sum += this.rowsOf(position);
    return sum;
  }

  /** Bring the sums up to date; only groups that changed are counted again. */
  update() {
    const { begin, end } = this.shown;
    if (this.counted?.begin === begin && this.counted.end === end) return;
    const [first, last] = [Math.floor(begin / GROUP), Math.floor(Math.max(begin, end - 1) / GROUP)];
    const stale = new Set([first, last, Math.floor(Math.max(0, (this.counted?.end ?? 0) - 1) / GROUP)]);
    for (const [number, sum] of this.sums) {
      if (number < first || number > last || stale.has(number)) {
        this.total -= sum;
        this.sums.delete(number);
      }
    }
    for (let number = first; number <= last && end > begin; number += 1) {
      if (this.sums.has(number)) continue;
      const sum = this.group(number);
      this.sums.set(number, sum);
      this.total += sum;
    }
    this.counted = { begin, end };
  }

  /** Return the position at a row, and the row at which it begins. */
  at(row) {
    const { begin, end } = this.shown;
    let before = 0;
    let number = Math.floor(begin / GROUP);
    const last = Math.floor(Math.max(begin, end - 1) / GROUP);
    while (number < last && before + this.sums.get(number) <= row) {
      before += this.sums.get(number);
      number += 1;
    }
    let position = Math.max(number * GROUP, begin);
    while (position < end - 1 && before + this.rowsOf(position) <= row) {
      before += this.rowsOf(position);
      position += 1;
    }
    return [position, before];
  }

  /** Return the row at which a position begins. */
  rowOf(position) {
    let before = 0;
    const group = Math.floor(position / GROUP);
    for (let number = Math.floor(this.shown.begin / GROUP); number < group; number += 1) before += this.sums.get(number) || 0;
    for (let one = Math.max(group * GROUP, this.shown.begin); one < position; one += 1) before += this.rowsOf(one);
    return before;
  }
}

// eslint-disable-next-line no-control-regex
const NARROW = /^[\x00-\u10ff]*$/;
function cells(text) {
  const shown = plain(text).replaceAll("\t", "        ");
  if (NARROW.test(shown)) return shown.length;
  let count = 0;
  for (const character of shown) count += character.codePointAt(0) > 0x10ff ? 2 : 1;
  return count;
}

export class LogView {
  constructor(scroller, store, shown) {
    Object.assign(this, { scroller, store, shown, rows: [], wrap: false, times: true, names: [], mark: null, current: -1 });
    this.spacer = scroller.querySelector(".log-space");
    this.ruler = scroller.querySelector(".log-ruler");
    this.window = scroller.querySelector(".log-window");
    this.columns = 80;
    Object.assign(this, { begin: 0, tall: 0, height: scroller.clientHeight });
    this.heights = new Heights(shown, (position) => this.rowsOf(position));
    new ResizeObserver(() => this.measure()).observe(scroller);
  }

  measure() {
    this.height = this.scroller.clientHeight;
    const width = this.ruler.getBoundingClientRect().width / 100 || 7;
    // What time and name leave to a wrapped line is what the style sheet says: read from a row, once there is one.
    const room = this.wrap && this.rows[0] ? this.rows[0].lastElementChild.clientWidth : this.scroller.clientWidth / 2;
    const columns = Math.max(10, Math.floor(room / width));
    if (columns !== this.columns) {
      this.columns = columns;
      this.heights.reset();
    }
    this.onMeasured?.();
  }

  rowsOf(position) {
    const line = this.shown.line(position);
    if (this.store.kind(line) === MARKER) return 1;
    const text = this.store.text(line);
    return text.length <= this.columns ? 1 : Math.max(1, Math.ceil(cells(text) / this.columns));
  }

  get total() {
    return this.wrap ? this.heights.total : this.shown.end - this.shown.begin;
  }

  get scale() {
    return Math.max(1, (this.total * ROW) / TALLEST);
  }

  rowOf(position) {
    return this.wrap ? this.heights.rowOf(position) : position - this.shown.begin;
  }

  /** Draw what is in view; `follow` first goes to the end. Reads where it stands once, before it writes anything. */
  draw(follow) {
    const { scroller, shown } = this;
    const before = scroller.scrollTop;
    if (this.wrap) this.heights.update();
    const tall = Math.min(this.total * ROW, TALLEST);
    let top = Math.min(before, Math.max(0, tall - this.height));
    if (follow) top = Math.max(0, tall - this.height);
    else if (shown.begin > this.begin && this.top) {
      top = this.scrolled(this.rowOf(Math.max(this.top.position, shown.begin)) * ROW + this.top.rest, tall);
    }
    this.begin = shown.begin;
    if (tall !== this.tall) this.spacer.style.blockSize = `${tall}px`;
    this.tall = tall;
    this.place(top);
    if (Math.abs(top - before) >= 1) scroller.scrollTop = top;
  }

  /** Fill the rows for where the scrollbar stands, or is about to stand. */
  place(top) {
    const reach = Math.max(0, this.total * ROW - this.height);
    // With a scale, the two ends still meet: the last row stands at the lower edge when the scrollbar is at its end.
    const offset = this.scale === 1 ? top : (top / Math.max(1, this.tall - this.height)) * reach;
    const [position, first] = this.at(Math.floor(offset / ROW));
    this.top = { position, rest: offset - first * ROW };
    let [next, row] = this.at(Math.max(0, Math.floor(offset / ROW) - MARGIN));
    const lastRow = (offset + this.height) / ROW + MARGIN;
    this.window.style.transform = `translateY(${Math.round(top + row * ROW - offset)}px)`;
    let used = 0;
    for (; next < this.shown.end && row < lastRow; next += 1) {
      const rows = this.wrap ? this.rowsOf(next) : 1;
      this.fill(used, this.shown.line(next), rows, next === this.current);
      row += rows;
      used += 1;
    }
    for (let number = used; number < this.rows.length; number += 1) this.rows[number].hidden = true;
  }

  at(row) {
    return this.wrap ? this.heights.at(row) : [this.shown.begin + row, row];
  }

  fill(number, line, rows, current) {
    if (!this.rows[number]) {
      const made = document.createElement("div");
      made.append(document.createElement("time"), document.createElement("b"), document.createElement("span"));
      this.rows.push(made);
      this.window.append(made);
    }
    const row = this.rows[number];
    const [time, name, words] = row.children;
    const container = this.store.container(line);
    const classes = `log-line k${this.store.kind(line)} c${container % COLOURS}${current ? " is-current" : ""}`;
    if (row.hidden) row.hidden = false;
    if (row.className !== classes) row.className = classes;
    row.style.blockSize = `${rows * ROW}px`;
    this.stamp(time, Math.floor(this.store.when(line)));
    const title = this.names[container] ?? "";
    if (name.textContent !== title) name.textContent = title;
    const text = this.store.text(line);
    if (this.mark || ANY_ESCAPE.test(text)) words.replaceChildren(...this.pieces(text));
    else words.textContent = text;
  }

  /** Write a time; making its words costs more than all the rest of a row, so those of a second are made once. */
  stamp(element, second) {
    if (this.second !== second) {
      const moment = new Date(second * 1000);
      Object.assign(this, { second, clock: moment.toLocaleTimeString("en-GB"), exact: moment.toISOString() });
    }
    const clock = this.times ? this.clock : "";
    if (element.textContent !== clock) element.textContent = clock;
    if (element.title !== this.exact) element.title = this.exact;
  }

  pieces(text) {
    return segments(text).flatMap(([part, classes]) => this.marked(part).map(([piece, hit]) => {
      const made = document.createElement(hit ? "mark" : "span");
      made.textContent = piece;
      if (classes) made.className = classes;
      return made;
    }));
  }

  /** Cut a text at the words that are searched for. */
  marked(text) {
    if (!this.mark) return [[text, false]];
    const found = [];
    let from = 0;
    for (const match of text.matchAll(this.mark)) {
      if (!match[0]) continue;
      if (match.index > from) found.push([text.slice(from, match.index), false]);
      found.push([match[0], true]);
      from = match.index + match[0].length;
    }
    if (from < text.length || !found.length) found.push([text.slice(from), false]);
    return found;
  }

  get atEnd() {
    return this.tall - this.scroller.scrollTop - this.height < 2 * ROW;
  }

  /** Bring a position into the middle. */
  show(position) {
    this.scroller.scrollTop = this.scrolled(this.rowOf(position) * ROW - this.height / 2, this.tall);
  }

  /** Return where the scrollbar stands when this many px of rows are above. */
  scrolled(offset, tall) {
    if (this.scale === 1) return offset;
    return (offset / Math.max(1, this.total * ROW - this.height)) * (tall - this.height);
  }
}
