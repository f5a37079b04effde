// The order page follows its order by itself, and pays without leaving it.
import * as clock from "./clock.js";
import { Countdown } from "./countdown.js";
import { showLocalTimes } from "./times.js";
import { watchPayment } from "./pay.js";

const SLOWEST = 10; // seconds between two looks at an order that does not change
const LEFT = `left ${location.pathname}`; // for the page that says why it may not be looked at
const ANOTHERS = [401, 403]; // somebody else has signed in elsewhere

const order = document.getElementById("order");
const announcer = document.getElementById("announcer");
let panel = document.getElementById("panel");
let source = panel.outerHTML; // as the server wrote it, before this script touched it
let pause = 0;
let timer = null;
let looking = false;

const say = (text) => {
  announcer.textContent = "";
  // An empty region first: the same words twice are spoken twice.
  requestAnimationFrame(() => (announcer.textContent = text));
};
const countdown = new Countdown(say, () => look());

clock.setByPage(Number(order.dataset.serverNow));
const payment = watchPayment({ order, current: () => panel, adopt, look, say });
shown();

// Look again: when it is time, when the page is back in view, when the clock ran out.
document.addEventListener("visibilitychange", wake);
addEventListener("pageshow", (event) => event.persisted && wake());
addEventListener("online", wake);

function wake() {
  if (document.hidden) return;
  countdown.show(panel);
  look();
}

async function look() {
  if (looking || payment.paying()) return plan();
  looking = true;
  clearTimeout(timer);
  const asked = performance.now();
  const turn = payment.turn();
  try {
    const response = await fetch(order.dataset.panel, { headers: { Accept: "text/html" } });
    if (response.redirected) location.reload(); // signed out elsewhere
    if (ANOTHERS.includes(response.status) && !payment.refused()) leave();
    const outdated = payment.turn() !== turn; // a payment was begun meanwhile
    if (response.ok && !outdated) {
      sessionStorage.removeItem(LEFT);
      clock.setByAnswer(Number(response.headers.get("X-Server-Now")), asked);
      adopt(new DOMParser().parseFromString(await response.text(), "text/html"));
    }
  } catch {
    // Offline or the server is away: what is on the page stays true, and we look again later.
  } finally {
    looking = false;
    plan();
  }
}

// To the page that says why, once: an edge may refuse what its page asks for, and not the page.
function leave() {
  if (sessionStorage.getItem(LEFT)) return;
  sessionStorage.setItem(LEFT, "1");
  location.replace(order.dataset.panel.replace(/\/panel$/, ""));
}

function plan() {
  clearTimeout(timer);
  const follow = Number(panel.dataset.follow || 0);
  if (!follow || document.hidden) return;
  pause = pause ? Math.min(pause * 1.3, Math.max(SLOWEST, follow)) : follow;
  timer = setTimeout(look, pause * 1000);
}

// Take over the panel of a page the server has written since.
function adopt(page) {
  const next = page.getElementById("panel");
  if (!next) return;
  const changed = next.outerHTML !== source;
  if (changed) take(next);
  payment.heard(changed);
}

function take(next) {
  source = next.outerHTML;
  pause = 0;
  const before = panel.dataset.state;
  const focused = panel.contains(document.activeElement);
  const declined = document.getElementById("decline");
  const fresh = document.importNode(next, true);
  if (next.dataset.form && next.dataset.form === panel.dataset.form) {
    refresh(fresh); // keeps what is typed and chosen in the form
  } else {
    panel.replaceWith(fresh);
    panel = fresh;
    if (focused) panel.querySelector("h1").focus();
  }
  shown();
  if (!declined) document.getElementById("decline")?.scrollIntoView({ block: "nearest" });
  if (panel.dataset.state !== before) say(`${panel.dataset.title}. ${panel.dataset.money}`);
}

function refresh(fresh) {
  for (const name of Object.keys(panel.dataset)) delete panel.dataset[name];
  Object.assign(panel.dataset, fresh.dataset);
  panel.className = fresh.className;
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = panel.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!old.contains(document.activeElement)) old.replaceWith(part);
  }
}

function shown() {
  showLocalTimes(panel);
  document.title = `${panel.dataset.pageTitle} · GitTix`;
  countdown.show(panel);
  payment.shown();
  plan();
}
