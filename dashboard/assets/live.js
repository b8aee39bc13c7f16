// Keeps the overview and the cards up to date. Pages read without it.
"use strict";
(() => {
  const main = () => document.querySelector("main[data-live]");
  const first = main();
  if (!first) return;
  const period = Math.max(2, Number(first.dataset.live) || 5) * 1000;
  const lost = document.getElementById("lost");

  // What the reader has opened stays open, and what has the focus keeps it.
  const keep = (old, fresh) => {
    for (const details of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector("#" + CSS.escape(details.id));
      if (same) same.open = true;
    }
  };
  const focused = (old) => {
    const at = document.activeElement;
    if (!at || !old.contains(at) || !at.getAttribute("href")) return null;
    const href = at.getAttribute("href");
    return () => {
      const links = main().querySelectorAll("a[href]");
      const same = [...links].find((link) => link.getAttribute("href") === href);
      if (same) same.focus({ preventScroll: true });
    };
  };

  const refresh = async () => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), period * 4);
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: stop.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("main[data-live]");
      if (!fresh) throw new Error("no page");
      const old = main();
      const back = focused(old);
      keep(old, fresh);
      old.replaceWith(document.adoptNode(fresh));
      const [now, then] = [page.getElementById("asof"), document.getElementById("asof")];
      if (now && then) then.replaceWith(document.adoptNode(now));
      if (back) back();
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    } finally {
      clearTimeout(timer);
    }
  };

  const tick = async () => {
    if (document.visibilityState === "visible") await refresh();
    setTimeout(tick, period);
  };
  setTimeout(tick, period);
})();
