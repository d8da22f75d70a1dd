// Runs before the first paint, and is therefore not a module: the page must not flash in the other theme.
try {
  const chosen = localStorage.getItem("tigertail.theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is blocked: the system's theme stays.
}
