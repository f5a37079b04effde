// The server's time, however wrong the visitor's clock is.

// How far the server is ahead of this clock, in milliseconds.
let ahead = 0;

// The page was written at `serverNow`, when its first byte set off, not when the script runs.
export function setByPage(serverNow) {
  const [navigation] = performance.getEntriesByType("navigation");
  const since = navigation?.responseStart ? performance.now() - navigation.responseStart : 0;
  ahead = serverNow - (Date.now() - since);
}

// A later answer, asked for at `asked` by performance.now(): half of the way back is our guess.
export function setByAnswer(serverNow, asked) {
  const arrived = performance.now();
  ahead = serverNow + (arrived - asked) / 2 - Date.now();
}

export function now() {
  return Date.now() + ahead;
}
