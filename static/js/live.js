// The one websocket of a page. Whether something changed before it opened, or while it was away, its first message tells.
const RETRY = [200, 500, 1000, 2000, 4000];
const SILENT_AFTER = 3500; // ms without a tick
const SIGNED_OUT = 4401;
const NO_ROLE = 4403;

/**
 * Keep a socket open. `onTick` and `onChanges` get messages; `onJoined` gets the counts of changes at each connection.
 */
export function connect({ pod, onTick, onChanges, onJoined, onState }) {
  const address = new URL(`/ws/live/${pod ? `?pod=${pod}` : ""}`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let tries = 0;
  let heardAt = performance.now();

  const open = () => {
    const socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      tries = 0;
      heardAt = performance.now();
      onState("open");
    });
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "tick") {
        heardAt = performance.now();
        onState("live");
        onTick(message);
      } else if (message.type === "changes") onChanges(message);
      else if (message.type === "joined") onJoined(message.changes);
    });
    socket.addEventListener("close", (event) => {
      if (event.code === SIGNED_OUT || event.code === NO_ROLE) return location.reload();
      onState("lost");
      const pause = RETRY[Math.min(tries, RETRY.length - 1)];
      tries += 1;
      setTimeout(open, pause * (0.75 + Math.random() / 2));
    });
  };
  open();
  setInterval(() => {
    if (performance.now() - heardAt > SILENT_AFTER) onState("silent");
  }, 1000);
}
