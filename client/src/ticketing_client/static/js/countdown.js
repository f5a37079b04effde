// The time left to pay: digits for the eye every second, words for the ear four times.
import { now } from "./clock.js";

const SPOKEN = [
  [300, "5 minutes left to pay."],
  [120, "2 minutes left to pay."],
  [60, "1 minute left to pay."],
  [30, "30 seconds left to pay."],
];

export class Countdown {
  // `say` speaks to screen readers, `over` is called once when the time is up.
  constructor(say, over) {
    this.say = say;
    this.over = over;
    this.timer = null;
    this.before = null;
  }

  // Show the panel's deadline; call it again whenever the panel or the time may have changed.
  show(panel) {
    clearTimeout(this.timer);
    this.panel = panel;
    this.box = panel.querySelector("[data-countdown]");
    if (!this.box) return;
    const deadline = Number(panel.dataset.deadline);
    if (deadline !== this.deadline) {
      this.deadline = deadline;
      this.before = null;
    }
    this.tick();
  }

  tick() {
    const left = this.deadline - now();
    const seconds = Math.max(0, Math.ceil(left / 1000));
    const digits = this.box.querySelector("[data-digits]");
    const minutes = Math.floor(seconds / 60);
    digits.textContent = `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
    this.box.classList.toggle("soon", seconds <= 120 && seconds > 30);
    this.box.classList.toggle("now", seconds <= 30);
    this.box.querySelector("[data-countdown-words]").textContent =
      seconds <= 30 ? "Last seconds: pay" : seconds <= 120 ? "Hurry: pay" : "Pay";
    this.panel.toggleAttribute("data-too-late", seconds === 0); // which takes away the way to pay
    this.speak(seconds);
    this.before = seconds;
    if (seconds === 0) {
      this.over();
    } else {
      // To the next full second, so that a slow or sleeping tab never drifts.
      this.timer = setTimeout(() => this.tick(), left % 1000 || 1000);
    }
  }

  // After a sleep only the last threshold that was passed is worth saying.
  speak(seconds) {
    if (this.before === null) return;
    const passed = SPOKEN.filter(([at]) => this.before > at && seconds <= at && seconds > 0);
    if (passed.length) this.say(passed[passed.length - 1][1]);
  }
}
