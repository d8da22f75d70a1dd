/* Texts and labels on the page that are messages in English, though its language has other words: for `page.evaluate`. */
async () => {
  const textsOf = async (code) => {
    const { default: messages } = await import(`/explorer/js/messages/${code}.js`);
    return Object.values(messages).flatMap((message) => (typeof message === "string" ? [message] : Object.values(message))).map(words);
  };
  const words = (text) => text.trim().toLowerCase().replace(/[.:]$/, "");
  const own = new Set(await textsOf(document.documentElement.lang));
  const english = new Set((await textsOf("en")).filter((text) => !own.has(text)));
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("[lang=en], noscript, bdi")) found.push(walker.currentNode.data);
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
    found.push(...["aria-label", "title", "placeholder"].map((name) => element.getAttribute(name) ?? ""));
  }
  return found.filter((text) => english.has(words(text)));
}
