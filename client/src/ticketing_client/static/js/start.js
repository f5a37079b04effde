// When an event starts: the visitor's own time zone is chosen for them, and can be changed.
const typed = document.querySelector("[data-start]");
const zone = document.querySelector("[data-zone]");

// "+02:00" for minutes from UTC.
function name(minutes) {
  const two = (number) => String(number).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

// The date and time on the wall here, as the field wants it.
function onTheWall(moment) {
  const wall = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return wall.toISOString().slice(0, moment.getUTCSeconds() ? 19 : 16);
}

// Summer and winter differ: it depends on the date. Empty while there is none.
function here() {
  const moment = new Date(typed.value);
  return Number.isNaN(moment.getTime()) ? "" : name(-moment.getTimezoneOffset());
}

function choose() {
  const found = here();
  if ([...zone.options].some((option) => option.value === found)) zone.value = found;
}

if (typed && zone) {
  const written = new Date(`${typed.value}${zone.value}`);
  if (zone.value === "+00:00" && !Number.isNaN(written.getTime())) {
    typed.value = onTheWall(written); // as the server wrote it
    choose();
  }
  let chosen = zone.value !== "" && zone.value !== here();
  zone.addEventListener("change", () => (chosen = true));
  typed.addEventListener("input", () => chosen || choose());
}
