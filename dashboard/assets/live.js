// Keeps a page up to date: when the server says what is stale, the elements that go by it (data-stale)
// ask for themselves again, by htmx. Pages read without it.
import { connect } from "./connection.js";

// What becomes stale while more keeps coming is asked for once: when it has been quiet for so long,
const QUIET = 250;
// or after this.
const PATIENCE = 700;
// After an answer that did not come.
const AGAIN = 3_000;
// A connection that is back at once is shown by the lamp alone.
const GRACE = 2_000;

const body = document.body;
const wire = document.getElementById("wire");
const lost = document.getElementById("lost");
let beat = body.dataset.beat;
let isLost = false;

/** One connection a browser: in a shared worker, or in the tab that holds a lock, or of this tab's own. */
function follow(tell) {
  if (window.SharedWorker) {
    const worker = new SharedWorker("/assets/hub.js", { type: "module", name: "sunlake-live" });
    worker.port.onmessage = (event) => tell(event.data);
    worker.onerror = () => take(tell);
    window.addEventListener("pagehide", () => worker.port.postMessage("bye"));
    return;
  }
  take(tell);
}

function take(tell) {
  if (!window.BroadcastChannel || !navigator.locks) return connect(tell);
  const channel = new BroadcastChannel("sunlake-live");
  let latest = null;
  let leads = false;
  channel.onmessage = ({ data }) => {
    if (data.asks) {
      if (leads && latest) channel.postMessage(latest.lost ? latest : { id: latest.id, names: [] });
    } else tell(data);
  };
  channel.postMessage({ asks: true });
  navigator.locks.request("sunlake-live", () => {
    leads = true;
    connect((message) => {
      latest = message;
      channel.postMessage(message);
      tell(message);
    });
    return new Promise(() => {});
  });
}

// Ids are an epoch and a count: another epoch is another start of the server.
const split = (id) => [id.slice(0, id.lastIndexOf("-")), Number(id.slice(id.lastIndexOf("-") + 1))];

function told(message) {
  if (message.lost) return lose();
  found();
  const [[epoch, count], [ownEpoch, ownCount]] = [split(message.id), split(beat)];
  if (epoch !== ownEpoch) {
    body.dispatchEvent(new CustomEvent("sunlake:restarted"));
    refresh(["all"]);
  } else if (count > ownCount) refresh(message.names.length ? message.names : ["all"]);
  else return;
  beat = message.id;
}

function lose() {
  if (isLost) return;
  isLost = true;
  show();
  setTimeout(() => lost && (lost.hidden = !isLost), GRACE);
}

function found() {
  isLost = false;
  show();
  if (lost) lost.hidden = true;
}

function show() {
  body.dataset.wire = isLost ? "off" : "on";
  if (!wire) return;
  wire.hidden = false;
  wire.classList.toggle("good", !isLost);
  wire.textContent = isLost ? wire.dataset.off : wire.dataset.on;
}

// Ids of what is stale, and since when.
const stale = new Map();
let timer = 0;

function refresh(names) {
  const hit = (one) => names.includes("all") || one.dataset.stale.split(" ").some((name) => names.includes(name));
  for (const one of document.querySelectorAll("[data-stale]")) {
    if (hit(one) && !stale.has(one.id)) stale.set(one.id, performance.now());
  }
  later();
}

function later() {
  clearTimeout(timer);
  if (stale.size === 0 || document.visibilityState !== "visible") return;
  const oldest = Math.min(...stale.values());
  timer = setTimeout(ask, Math.max(0, Math.min(QUIET, oldest + PATIENCE - performance.now())));
}

function ask() {
  const ids = [...stale.keys()];
  stale.clear();
  for (const id of ids) document.getElementById(id)?.dispatchEvent(new CustomEvent("stale"));
}

document.addEventListener("visibilitychange", later);
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  body.addEventListener(kind, (event) => {
    const id = event.detail.elt?.id;
    setTimeout(() => id && (stale.set(id, performance.now()), later()), AGAIN);
  });
}

// What the reader has opened stays open, and what has the focus keeps it.
const opened = new Set();
document.addEventListener("toggle", ({ target }) => {
  if (target.id) target.open ? opened.add(target.id) : opened.delete(target.id);
}, true);
let focused = null;
body.addEventListener("htmx:beforeSwap", () => {
  const at = document.activeElement;
  if (at?.closest("main")) focused = at.getAttribute("href");
});
body.addEventListener("htmx:afterSettle", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (!focused || document.activeElement !== body) return;
  const links = document.querySelectorAll("main a[href]");
  [...links].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  focused = null;
});

if (beat) follow(told);
