// Small conveniences on every page. Nothing depends on them: each form works without.
import { showLocalTimes } from "./times.js";
import { busy, idle } from "./busy.js";

showLocalTimes(document);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-once")) return;
  if (form.dataset.sent) {
    event.preventDefault(); // a second click on its way
    return;
  }
  form.dataset.sent = "yes";
  busy(form);
});

// Back from another page: the browser may show this one as it was left.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    idle(form);
  }
});

for (const select of document.querySelectorAll("[data-submit-on-change]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A notice of what was just done is not news any more when the page is reloaded or shared.
const address = new URL(location.href);
const news = ["listed", "changed"].filter((name) => address.searchParams.has(name));
for (const name of news) address.searchParams.delete(name);
if (news.length) history.replaceState(null, "", address);
