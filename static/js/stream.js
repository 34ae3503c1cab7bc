// The socket of one stream: comes back by itself, and grants what was taken in, so that no more is ever on its way.
const RETRY = [200, 500, 1000, 2000, 4000]; // ms
const ENDED = 4000;
const SIGNED_OUT = 4401;
const NO_ROLE = 4403;
const NOT_FOUND = 4404;
const GRANT_AT = 64 * 1024; // bytes taken in before they are granted again
export const WINDOW = 256 * 1024;

/**
 * Keep a stream open. `hello` gives its first message at each connection; `onLines(text, done)`, `onBytes(data, done)` take
 * content and call `done` when it is taken in; `onMessage` gets JSON; `onState` gets connecting, open, lost, ended, denied.
 * `passing` are the codes of endings after which it is tried again.
 */
export class Stream {
  constructor(path, passing, handlers) {
    this.passing = passing;
    this.address = new URL(path, location.href);
    this.address.protocol = this.address.protocol.replace("http", "ws");
    this.handlers = handlers;
    this.tries = 0;
    this.socket = null;
    this.wanted = false;
  }

  start() {
    this.wanted = true;
    this.open();
  }

  stop() {
    this.wanted = false;
    clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
  }

  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  open() {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.again = false;
    let taken = 0;
    const took = (cost) => {
      taken += cost;
      if (taken < GRANT_AT || this.socket !== socket) return;
      this.say({ type: "grant", bytes: taken });
      taken = 0;
    };
    this.handlers.onState("connecting");
    socket.addEventListener("open", () => this.say({ type: "open", window: WINDOW, ...this.handlers.hello() }));
    socket.addEventListener("message", (event) => {
      if (this.socket === socket) this.receive(event.data, took);
    });
    socket.addEventListener("close", (event) => {
      if (this.socket === socket) this.closed(event.code);
    });
  }

  receive(data, took) {
    if (typeof data !== "string") {
      const view = new DataView(data);
      this.handlers.onBytes(new Uint8Array(data, 4), () => took(view.getUint32(0)));
    } else if (data.startsWith("L")) {
      const at = data.indexOf("\n");
      const cost = Number(data.slice(1, at));
      this.handlers.onLines(data.slice(at + 1), () => took(cost));
    } else {
      const message = JSON.parse(data);
      this.again = message.type === "ended" && this.passing.includes(message.code);
      if (message.type === "opened") {
        this.tries = 0;
        this.handlers.onState("open");
      }
      this.handlers.onMessage(message);
    }
  }

  closed(code) {
    this.socket = null;
    if (code === SIGNED_OUT) location.reload();
    else if (code === NO_ROLE || code === NOT_FOUND) this.handlers.onState("denied");
    else if ((code === ENDED && !this.again) || !this.wanted) this.handlers.onState("ended");
    else {
      this.handlers.onState("lost");
      const pause = RETRY[Math.min(this.tries, RETRY.length - 1)];
      this.tries += 1;
      this.timer = setTimeout(() => this.open(), pause * (0.75 + Math.random() / 2));
    }
  }
}
