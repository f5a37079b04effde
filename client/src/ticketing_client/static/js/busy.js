// A form that is being sent says so, and takes no second click.
export function busy(form) {
  const button = form.querySelector("button[type=submit]");
  if (!button || button.dataset.label) return;
  button.dataset.label = button.textContent;
  button.textContent = button.dataset.busy || button.textContent;
  button.setAttribute("aria-disabled", "true");
  form.setAttribute("aria-busy", "true");
}

export function idle(form) {
  const button = form.querySelector("button[type=submit]");
  if (!button || !button.dataset.label) return;
  button.textContent = button.dataset.label;
  delete button.dataset.label;
  button.removeAttribute("aria-disabled");
  form.removeAttribute("aria-busy");
}
