// What makes the pages better with JavaScript; every page works without it.

import { createAll, ErrorSummary, SkipLink } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
createAll(SkipLink);
createAll(ErrorSummary);

// In a page of somebody else it tells how tall it is.
if (window.parent !== window) {
  const tell = () => parent.postMessage({ batonHeight: document.body.getBoundingClientRect().height }, "*");
  new ResizeObserver(tell).observe(document.body);
}

// What only leads to something that needs a script begins hidden.
for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;

// Buttons that copy an address are of no use without a clipboard, so they begin hidden.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    setTimeout(() => (button.textContent = label), 2000);
  });
}

const live = document.querySelector("[data-live]");
if (live) follow(live);

/** Keeps a part of the page up to date: pushed by the gateway, else asked for every 15 seconds. */
function follow(part) {
  const button = document.querySelector("[data-pause]");
  let source, timer;

  const show = (fresh) => {
    const shown = document.getElementById(fresh.id);
    // What somebody reads with the keyboard is not pulled away from under them.
    if (shown?.contains(document.activeElement)) return;
    shown?.replaceWith(fresh);
  };
  const ask = async () => {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelectorAll("[data-part]");
      const ids = (parts) => Array.from(parts, ({ id }) => id).join();
      // Other feeds than before: rows come and go, so the page is read anew.
      if (ids(fresh) !== ids(part.querySelectorAll("[data-part]"))) location.reload();
      else fresh.forEach(show);
    } catch {
      // The gateway is not there just now; the next time will tell.
    }
  };
  const start = () => {
    source = new EventSource(part.dataset.live);
    source.addEventListener("part", (event) => {
      const parsed = document.createElement("template");
      parsed.innerHTML = event.data;
      const fresh = parsed.content.firstElementChild;
      // A part that came while nobody told of it: the page is another one by now.
      if (document.getElementById(fresh.id)) show(fresh);
      else ask();
    });
    source.addEventListener("all", ask);
    // An end that the browser does not get over by itself: too many are following.
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) timer ??= setInterval(ask, 15_000);
    });
  };
  const stop = () => {
    source?.close();
    source = undefined;
    clearInterval(timer);
    timer = undefined;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const isPaused = source !== undefined;
    if (isPaused) stop();
    else start();
    button.textContent = isPaused ? "Update this page by itself" : "Stop updating";
  });
  start();
}
