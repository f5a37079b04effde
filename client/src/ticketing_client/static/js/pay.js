// Paying from the order page: with Stripe's card field, or with a test card.
import { busy, idle } from "./busy.js";
import { now } from "./clock.js";

// Seconds to wait for the bank before the page follows instead, which would lose a card's number.
const PATIENCE = 15;

const LOOKS = 5; // a second apart, after the bank has answered

const LOST =
  "We lost the connection while you were paying. We are looking up what became of it; please do not pay again.";
const NOT_ARRIVED = "The connection was lost before your payment began. You can try again.";
const NOT_READY = "The card field is not ready yet. Please try again.";
const NO_METHOD = "Stripe could not take your card just now. Please try again.";
const NO_BANK = "The confirmation with your bank did not work. We are looking up what became of it.";
const TOO_LATE = "It is too late to pay for this order.";

// Whether Stripe wrote a message for buyers rather than for developers.
const forBuyers = ({ type }) => type === "card_error" || type === "validation_error";

export function watchPayment({ order, current, adopt, look, say }) {
  const key = order.dataset.stripeKey;
  let stripe = null;
  let card = null;
  let paying = false;
  let following = false; // the bank has answered; payments hears of it within seconds
  let doubtful = false; // the connection was lost: nobody knows yet what became of it
  let elsewhere = null; // a timer while another tab pays for this order
  let turn = 0; // how many payments were begun
  let wasRefused = false; // with a reason that stays on the page until it is read
  let paidBy = null; // the form whose error line we write to

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-pay], [data-confirm]")) return;
    event.preventDefault();
    if (paying || doubtful || elsewhere) return; // a second click on its way
    paidBy = form;
    if (form.matches("[data-pay]") && tooLate()) {
      complain(TOO_LATE);
      return look();
    }
    paying = true;
    turn += 1;
    complain("");
    busy(form);
    showInFlight(form.matches("[data-confirm]") ? "confirm" : "pay");
    tabs.postMessage("paying");
    try {
      if (form.matches("[data-confirm]")) await confirmWithBank();
      else if (!form.matches("[data-card]") || (await enterCard(form))) await send(form);
    } finally {
      paying = following = false;
      if (!doubtful) settle();
      tabs.postMessage("answered");
    }
  });

  // What another tab of this browser is doing is as true here; one that was closed is not waited for.
  const tabs = new BroadcastChannel(location.pathname);
  tabs.addEventListener("message", ({ data }) => {
    clearTimeout(elsewhere);
    elsewhere = data === "paying" ? setTimeout(answered, (PATIENCE + 5) * 1000) : null;
    if (!elsewhere) answered();
    else if (current().dataset.inFlight) showInFlight("pay");
  });

  function answered() {
    elsewhere = null;
    if (!paying && !doubtful) settle();
    look();
  }

  const tooLate = () => now() >= Number(current().dataset.deadline || Infinity);

  // From the click to the answer the page says what is true meanwhile, and offers nothing else.
  function showInFlight(kind) {
    const panel = current();
    panel.dataset.underWay = kind;
    panel.querySelector(".money-line").textContent = panel.dataset.inFlight;
    say(panel.dataset.inFlight);
  }

  function settle() {
    const panel = current();
    if (panel.dataset.underWay) {
      delete panel.dataset.underWay;
      panel.querySelector(".money-line").textContent = panel.dataset.money;
    }
    if (paidBy?.isConnected) idle(paidBy);
  }

  // Post the form as the browser would, and take the panel from the page it leads to.
  async function send(form) {
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { Prefer: `wait=${PATIENCE}` },
        body: new URLSearchParams(new FormData(form)),
      });
      if (response.redirected && new URL(response.url).pathname === "/auth/signin") {
        doubtful = true; // until one has signed in: a payment may be under way
        return location.assign(response.url);
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const refused = response.status < 500 && page.querySelector(".problem .intro");
      wasRefused = Boolean(refused);
      if (refused) return complain(refused.textContent);
      if (!page.getElementById("panel")) throw new Error("not an order's page");
      adopt(page);
      const problem = page.querySelector("#order > .alert");
      if (problem) complain(problem.textContent);
    } catch {
      complain(LOST);
      doubtful = true;
      paying = false;
      await look();
    }
  }

  // What the server shows now is what became of it.
  function heard(changed) {
    if (!doubtful) return;
    doubtful = false;
    settle();
    complain(changed ? "" : NOT_ARRIVED);
  }

  async function enterCard(form) {
    if (!stripe || !card) return complain(NOT_READY);
    const made = await stripe
      .createPaymentMethod({ type: "card", card })
      .catch((error) => ({ error }));
    if (made.error) return complain(forBuyers(made.error) ? made.error.message : NO_METHOD);
    form.elements.token.value = made.paymentMethod.id;
    return true;
  }

  // What became of it the payments service finds out by itself; the page follows.
  async function confirmWithBank() {
    const { clientSecret } = current().dataset;
    try {
      stripe ??= (await loadStripe())(key);
      const { error } = await stripe.handleNextAction({ clientSecret });
      if (error) complain(forBuyers(error) ? error.message : NO_BANK);
    } catch {
      complain(NO_BANK);
    }
    following = true;
    for (let looks = 0; looks < LOOKS && current().dataset.state === "confirm"; looks += 1) {
      if (looks) await new Promise((resolve) => setTimeout(resolve, 1000));
      await look();
    }
  }

  function complain(text) {
    const form = paidBy?.isConnected ? paidBy : current().querySelector("[data-pay], [data-confirm]");
    const box = form?.querySelector(".card-error");
    if (box) box.textContent = text;
    return false;
  }

  async function mountCard() {
    const field = document.getElementById("card-field");
    if (!field || field.dataset.mounted) return;
    field.dataset.mounted = "yes";
    try {
      stripe ??= (await loadStripe())(key);
    } catch {
      complain("Stripe's card field could not be loaded. Your ticket is held; please reload.");
      return;
    }
    const { color, fontFamily } = getComputedStyle(document.body);
    card = stripe.elements().create("card", { style: { base: { color, fontFamily, fontSize: "16px" } } });
    card.mount(field);
    card.on("change", ({ error }) => complain(error ? error.message : ""));
  }

  return {
    heard,
    shown: () => key && mountCard(),
    paying: () => paying && !following,
    turn: () => turn,
    refused: () => wasRefused || doubtful,
  };
}

// Stripe wants its script to come from Stripe.
function loadStripe() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "https://js.stripe.com/v3/";
    script.addEventListener("load", () => resolve(window.Stripe));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}
