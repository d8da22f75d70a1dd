// Runs before the first paint, and is therefore not a module: the page must not flash in another theme or language.
(function prepare() {
  const root = document.documentElement;
  /** @param {string} key */
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage is blocked
    }
  };
  const theme = read("tigertail.theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;

  // The language of the address, else the one chosen before, else the first of the browser's that the page speaks.
  const spoken = root.dataset.languages?.split(" ") ?? [];
  const wanted = [new URLSearchParams(location.search).get("lang"), read("tigertail.language"), ...navigator.languages];
  root.lang = wanted.map((tag) => tag?.toLowerCase().split("-")[0] ?? "").find((code) => spoken.includes(code)) ?? "en";
  root.dir = root.dataset.rightToLeft?.split(" ").includes(root.lang) ? "rtl" : "ltr";
  root.dataset.waiting = ""; // until the messages are there
  addEventListener("error", () => delete root.dataset.waiting, true);
})();
