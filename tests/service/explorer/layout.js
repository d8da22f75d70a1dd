/* What a designer would see at a glance: functions for `page.evaluate`, as one expression. */
(() => {
  const clipped = (element) => getComputedStyle(element).clipPath === "inset(50%)" || (element.parentElement !== null && clipped(element.parentElement));
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !clipped(element) && !element.closest(".skip, option");
  const named = (element) => `${element.tagName.toLowerCase()}.${element.className.baseVal ?? element.className}: ${element.textContent.trim().slice(0, 60)}`;

  /** Texts on the screen, with their elements. */
  function* texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (data.trim() && shown(parentElement)) yield [walker.currentNode, parentElement];
    }
  }

  /** Elements that hide a part of their text. */
  function cut() {
    const found = new Set();
    for (const [, element] of texts()) {
      const clips = getComputedStyle(element).overflowX !== "visible";
      if (clips && element.scrollWidth > element.clientWidth + 1 && !element.closest("dialog, .table")) found.add(named(element));
    }
    const pen = document.createElement("canvas").getContext("2d");
    for (const select of [...document.querySelectorAll("select")].filter(shown)) {
      const { font, paddingLeft, paddingRight } = getComputedStyle(select);
      pen.font = font;
      const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      if (pen.measureText(select.selectedOptions[0]?.text ?? "").width > room + 1) found.add(named(select));
    }
    return [...found];
  }

  /** Words that are broken into two lines. */
  function broken() {
    const range = document.createRange();
    const found = [];
    for (const [node, element] of texts()) {
      const word = node.data.trim();
      if (/\s|-/.test(word) || word.length > 24 || element.closest("code, svg")) continue;
      range.selectNodeContents(node);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(named(element));
    }
    return found;
  }

  /** Labels of charts that stand outside of their picture. */
  const outside = () =>
    [...document.querySelectorAll(".chart-panel svg text")].filter(shown).flatMap((label) => {
      const [inner, outer] = [label.getBoundingClientRect(), label.ownerSVGElement.getBoundingClientRect()];
      return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1 ? [named(label)] : [];
    });

  /** Names on the map, as they were drawn last, that its edge or its buttons cover. */
  function covered() {
    const canvas = document.querySelector(".map-canvas");
    if (!canvas || !shown(canvas)) return [];
    const { width, height, left, top } = canvas.getBoundingClientRect();
    const buttons = document.querySelector(".map-buttons").getBoundingClientRect();
    return (canvas.drawn ?? []).filter(
      ([x, y, w, h]) =>
        x < -1 || y < -1 || x + w > width + 1 || y + h > height + 1 ||
        (left + x < buttons.right - 1 && left + x + w > buttons.left + 1 && top + y < buttons.bottom - 1 && top + y + h > buttons.top + 1),
    );
  }

  return { tooWide: document.documentElement.scrollWidth > innerWidth, cut: cut(), broken: broken(), outside: outside(), covered: covered() };
})()
