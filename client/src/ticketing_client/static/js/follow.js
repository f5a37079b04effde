// A ticket that somebody has reserved: its page shows by itself when that ends.
import { showLocalTimes } from "./times.js";

const SLOWEST = 15; // seconds between two looks

const ticket = document.getElementById("ticket");
let pause = Number(ticket.dataset.follow);
let source = ticket.innerHTML;
let timer = setTimeout(look, pause * 1000);

document.addEventListener("visibilitychange", () => document.hidden || look());

async function look() {
  clearTimeout(timer);
  if (document.hidden) return; // until it is seen again
  let follow = true;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.getElementById("ticket");
    if (response.ok && next) {
      follow = Boolean(next.dataset.follow);
      if (next.innerHTML !== source) {
        source = next.innerHTML;
        ticket.innerHTML = next.innerHTML;
        showLocalTimes(ticket);
      }
    }
  } catch {
    // Offline or the server is away: what is on the page stays, and we look again later.
  }
  pause = Math.min(pause * 1.2, SLOWEST);
  if (follow) timer = setTimeout(look, pause * 1000);
}
