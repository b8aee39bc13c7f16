// The connection that all tabs of a browser share, in a worker of theirs.
import { connect } from "./connection.js";

const ports = new Set();
let latest = null;

self.addEventListener("connect", (event) => {
  const [port] = event.ports;
  ports.add(port);
  port.onmessage = () => ports.delete(port);
  // What the tab has missed it tells by the id alone.
  if (latest) port.postMessage(latest.lost ? latest : { id: latest.id, names: [] });
});
connect((message) => {
  latest = message;
  for (const port of ports) port.postMessage(message);
});
