// Before anything is painted, and therefore no module: a chosen theme must not flash in the other.
try {
  const chosen = localStorage.getItem("tigertail.theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // No storage, no choice: the system's theme stands.
}
