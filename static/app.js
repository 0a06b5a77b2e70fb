/* What pages need beyond HTML: menus that close, forms sent once, dialogs, the live sign. */
"use strict";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open], details[data-fold][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open], details[data-fold][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once: the second click finds its button off. Coming back turns it on again.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]") || event.defaultPrevented) return;
  setTimeout(() => {
    for (const button of event.target.querySelectorAll("button:not([type=button])")) button.disabled = true;
  });
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once] button:disabled")) button.disabled = false;
});

document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());

// A long navigation is scrolled to where one is; the page itself stays.
document.addEventListener("DOMContentLoaded", () => {
  const nav = document.querySelector(".wide-nav");
  const here = nav?.querySelector("[aria-current]");
  const over = here ? here.getBoundingClientRect().bottom - nav.getBoundingClientRect().bottom : 0;
  if (over > 0) nav.scrollTop = over + nav.clientHeight / 3;
});

// Live pages: while the stream stands say so; while it does not, let the parts ask by themselves.
const POLL_MS = 10000;
let polling = null;

function showLive(isOn) {
  const sign = document.getElementById("live");
  if (!sign) return;
  sign.classList.toggle("is-on", isOn);
  sign.classList.toggle("is-off", !isOn);
  sign.querySelector("[data-off]").hidden = isOn;
  clearInterval(polling);
  polling = isOn ? null : setInterval(() => htmx.trigger(document.body, "live:poll"), POLL_MS);
}

document.addEventListener("htmx:sse:after:connection", () => showLive(true));
document.addEventListener("htmx:sse:error", () => showLive(false));
document.addEventListener("htmx:sse:close", (event) => {
  if (event.detail.reason === "ended") showLive(false);
});
// The very first connection fails before the extension takes over.
document.addEventListener("htmx:error", (event) => {
  if (event.target.id === "live") showLive(false);
});
document.addEventListener("htmx:response:error", (event) => {
  if (event.target.id === "live") showLive(false);
});
