// Moments in the visitor's own time zone; the server can only write them in UTC.
const language = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const today = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
const otherDay = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const event = new Intl.DateTimeFormat(language, {
  weekday: "short", day: "numeric", month: "long", year: "numeric",
  hour: "numeric", minute: "2-digit", timeZoneName: "short",
});

export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[data-local-time]")) {
    const moment = new Date(time.dateTime);
    const format = moment.toDateString() === new Date().toDateString() ? today : otherDay;
    time.textContent = format.format(moment);
    time.title = time.dateTime;
  }
  show(root, "data-local-day", day);
  show(root, "data-local-event", event);
}

function show(root, attribute, format) {
  for (const time of root.querySelectorAll(`time[${attribute}]`)) {
    time.textContent = format.format(new Date(time.dateTime));
    time.title = time.dateTime;
  }
}
