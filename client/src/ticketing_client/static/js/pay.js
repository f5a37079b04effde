// Paying from the order page: with Stripe's card field, or with a test card.
import { busy, idle } from "./busy.js";

const LOST =
  "We lost the connection while you were paying. We are looking up what became of it; please do not pay again.";

export function watchPayment({ order, current, adopt, look }) {
  const key = order.dataset.stripeKey;
  let stripe = null;
  let card = null;
  let paying = false;

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-pay], [data-confirm]")) return;
    event.preventDefault();
    if (paying) return; // a second click on its way
    paying = true;
    complain("");
    busy(form);
    try {
      if (form.matches("[data-card]") && !(await enterCard(form))) return;
      if (form.matches("[data-confirm]") && key && !(await confirmWithBank())) return;
      await send(form);
    } finally {
      paying = false;
      if (form.isConnected) idle(form);
    }
  });

  if (key) mountCard();

  // Post the form as the browser would, and take the panel from the page it leads to.
  async function send(form) {
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
      });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!page.getElementById("panel")) throw new Error("not an order's page");
      adopt(page);
      const problem = page.querySelector("#order > .alert");
      if (problem) complain(problem.textContent);
    } catch {
      complain(LOST);
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

  async function confirmWithBank() {
    const { error } = await stripe.handleNextAction({
      clientSecret: current().dataset.clientSecret,
    });
    return error ? complain(error.message) : true;
  }

  function complain(text) {
    const box = document.getElementById("card-error");
    if (box) box.textContent = text;
    return false;
  }

  // Stripe's script comes from Stripe and may be late; the field appears when it is there.
  async function mountCard() {
    const field = document.getElementById("card-field");
    if (!field) return;
    for (let waited = 0; !window.Stripe && waited < 100; waited++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (!window.Stripe) {
      complain("The card field of Stripe could not be loaded. Your ticket is held; please reload.");
      return;
    }
    stripe = window.Stripe(key);
    const style = getComputedStyle(document.body);
    card = stripe.elements().create("card", {
      style: { base: { color: style.color, fontSize: "16px", fontFamily: style.fontFamily } },
    });
    card.mount(field);
    card.on("change", ({ error }) => complain(error ? error.message : ""));
  }
}
