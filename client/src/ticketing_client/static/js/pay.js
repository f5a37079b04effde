// Paying from the order page: with Stripe's card field, or with a test card.
import { busy, idle } from "./busy.js";

// Seconds to wait for the bank before the page follows instead, which would lose a card's number.
const PATIENCE = 15;

const LOST =
  "We lost the connection while you were paying. We are looking up what became of it; please do not pay again.";

export function watchPayment({ order, current, adopt, look }) {
  const key = order.dataset.stripeKey;
  let stripe = null;
  let card = null;
  let paying = false;
  let turn = 0; // how many payments were begun
  let paidBy = null; // the form whose error line we write to

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-pay], [data-confirm]")) return;
    event.preventDefault();
    if (paying) return; // a second click on its way
    paying = true;
    turn += 1;
    paidBy = form;
    complain("");
    busy(form);
    try {
      if (form.matches("[data-confirm]")) await confirmWithBank();
      else if (!form.matches("[data-card]") || (await enterCard(form))) await send(form);
    } finally {
      paying = false;
      if (form.isConnected) idle(form);
    }
  });

  // Post the form as the browser would, and take the panel from the page it leads to.
  async function send(form) {
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { Prefer: `wait=${PATIENCE}` },
        body: new URLSearchParams(new FormData(form)),
      });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!page.getElementById("panel")) throw new Error("not an order's page");
      adopt(page);
      const problem = page.querySelector("#order > .alert");
      if (problem) complain(problem.textContent);
    } catch {
      complain(LOST);
      paying = false;
      await look();
    }
  }

  async function enterCard(form) {
    if (!stripe || !card) return complain("The card field is not ready yet. Please try again.");
    const { token, error } = await stripe.createToken(card);
    if (error) return complain(error.message);
    form.elements.token.value = token.id;
    return true;
  }

  // What became of it the payments service finds out by itself; the page follows.
  async function confirmWithBank() {
    stripe ??= (await loadStripe())(key);
    const { error } = await stripe.handleNextAction({
      clientSecret: current().dataset.clientSecret,
    });
    if (error) complain(error.message);
    paying = false;
    await look();
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
    shown: () => key && mountCard(),
    paying: () => paying,
    turn: () => turn,
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
