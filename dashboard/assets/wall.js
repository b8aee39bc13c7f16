// What the wall does beyond a live page: it says how old it is, loads itself anew on a schedule and after
// a restart of the server, and never shows a stale figure as a fresh one.
const body = document.body;
const bound = Number(body.dataset.bound) * 1000;
const renew = Number(body.dataset.renew) * 1000;
const begun = performance.now();
// Between two tries to load the page anew.
const AGAIN = 10_000;
const stale = document.getElementById("stale");
const age = document.getElementById("age");
let fresh = begun;
let tried = begun;

body.addEventListener("htmx:afterSwap", () => (fresh = performance.now()));
let mustReload = false;
body.addEventListener("sunlake:restarted", () => (mustReload = true));

/** Loads the page anew once the server answers: a page that is not there would stay so. */
async function reload(now) {
  tried = now;
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(AGAIN) });
    if (answer.ok) location.reload();
  } catch {
    // Not there yet: the next try is due in a while, and the wall says how old it is.
  }
}

setInterval(() => {
  const now = performance.now();
  const isLost = body.dataset.wire === "off";
  const isOld = now - fresh > bound || isLost || document.querySelector("#wall[data-old]") !== null;
  body.classList.toggle("old", isOld);
  stale.hidden = !isOld;
  const seconds = Math.round((now - fresh) / 1000);
  age.textContent = seconds < 120 ? age.dataset.seconds.replace("#", seconds) : age.dataset.minutes.replace("#", Math.floor(seconds / 60));
  const isDue = mustReload || now - begun > renew || now - fresh > 2 * bound;
  if (isDue && now - tried > (mustReload ? 1_000 : AGAIN)) reload(now);
}, 1_000);
