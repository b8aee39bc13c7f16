// One connection to /live, which comes back by itself: after a pause that doubles, and that chance moves,
// so that not all browsers come back at once.
const FIRST = 500;
const LONGEST = 15_000;
// The server breaks its silence every 15 seconds.
const SILENCE = 40_000;

/** Calls `tell` with {id, names} when something is stale, and with {lost: true} when nothing can be told. */
export function connect(tell) {
  let last = "";
  let pause = FIRST;
  let source = null;
  let watchdog = 0;

  const lose = () => {
    if (!source) return;
    source.close();
    source = null;
    clearTimeout(watchdog);
    tell({ lost: true });
    setTimeout(open, pause * (0.5 + Math.random()));
    pause = Math.min(2 * pause, LONGEST);
  };
  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(lose, SILENCE);
  };
  const open = () => {
    source = new EventSource(last ? `/live?since=${encodeURIComponent(last)}` : "/live");
    source.addEventListener("stale", (event) => {
      heard();
      pause = FIRST;
      last = event.lastEventId;
      tell({ id: last, names: event.data === "nothing" ? [] : event.data.split(" ") });
    });
    source.addEventListener("alive", heard);
    source.addEventListener("error", lose);
    heard();
  };
  open();
}
