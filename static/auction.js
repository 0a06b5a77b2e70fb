/* The auction room: the clock counts what the server said is left, the total follows what is typed. */
"use strict";

const SECOND_MS = 1000;
const MG_PER_T = 10n ** 9n;

// Time left is the server's figure minus what passed here since it arrived; no clock is compared.
function clockText(left) {
  const pad = (number) => String(number).padStart(2, "0");
  const days = Math.floor(left / 86400);
  const hours = Math.floor((left % 86400) / 3600);
  const text = `${pad(hours)}:${pad(Math.floor((left % 3600) / 60))}:${pad(left % 60)}`;
  return days ? `${days} d ${text}` : text;
}

function tick() {
  const clock = document.querySelector("[data-left]");
  if (!clock) return;
  if (clock.heard !== clock.dataset.left) {
    clock.heard = clock.dataset.left;
    clock.ends = performance.now() + Number(clock.dataset.left) * SECOND_MS;
    clock.isDue = false;
  }
  const left = Math.max(0, Math.round((clock.ends - performance.now()) / SECOND_MS));
  clock.textContent = clockText(left);
  clock.classList.toggle("soon", left < 60);
  if (left === 0 && !clock.isDue) {
    clock.isDue = true;
    htmx.trigger(document.body, "board:due");
  }
}

// Whole fen and whole milligrams, as the server counts; anything it would refuse shows a dash.
function whole(text, places) {
  const found = new RegExp(`^(\\d{1,12})(?:\\.(\\d{1,${places}}))?$`, "u").exec(text);
  return found && BigInt(found[1] + (found[2] ?? "").padEnd(places, "0"));
}

function total(form) {
  const price = whole(form.elements.price.value, 2);
  const quantity = whole(form.elements.quantity.value, 3);
  if (price === null || quantity === null) return "–";
  const exact = price * quantity * 10n ** 6n * BigInt(form.dataset.years);
  const rest = exact % MG_PER_T;
  let fen = exact / MG_PER_T;
  if (rest * 2n > MG_PER_T || (rest * 2n === MG_PER_T && fen % 2n === 1n)) fen += 1n;
  const yuan = String(fen / 100n).replace(/\B(?=(\d{3})+$)/gu, ",");
  return `${yuan}.${String(fen % 100n).padStart(2, "0")}`;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-bid]");
  if (form) form.querySelector("[data-total]").textContent = total(form);
});
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-bid]");
  if (form) form.querySelector("[data-total]").textContent = total(form);
  tick();
  setInterval(tick, SECOND_MS / 4);
});
