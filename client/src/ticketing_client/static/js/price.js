// Says beside a price what is understood of it, and leaves the field as it is. The server understands
// the form in the same way, so whoever is faster than this, or has no script, gets the same amount.
const PAUSE = 250; // milliseconds after a key

const input = document.querySelector("[data-price]");
if (input) watch(input, document.getElementById(`${input.id}-said`));

function watch(input, said) {
  let timer = null;
  let turn = 0; // of the text that is in the field

  async function ask() {
    const asked = turn;
    let answer = { text: "", wrong: false };
    try {
      const query = new URLSearchParams({ typed: input.value });
      const response = await fetch(`/tickets/price?${query}`, { headers: { Accept: "application/json" } });
      if (response.ok) answer = await response.json();
    } catch {
      // Offline: the form will say it.
    }
    if (asked !== turn) return; // something else has been typed since
    said.textContent = answer.text;
    said.classList.toggle("wrong", answer.wrong);
  }

  input.addEventListener("input", () => {
    turn += 1;
    said.textContent = ""; // what was said was of another amount
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}
