/** Creates elements. Text is always text, never HTML: names come from outside. */

/** @typedef {Node | string | number | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Element} element
 * @param {Record<string, unknown>} props
 */
function setProps(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (name === "dataset") {
      Object.assign(/** @type {HTMLElement} */ (element).dataset, value);
    } else if (name === "vars") {
      // By CSSOM: the content security policy forbids style attributes.
      for (const [key, one] of Object.entries(/** @type {object} */ (value))) {
        /** @type {HTMLElement} */ (element).style.setProperty(key, String(one));
      }
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  setProps(element, props);
  fill(element, ...children);
  return element;
}

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function s(tag, props = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  setProps(element, props);
  fill(element, ...children);
  return element;
}

/**
 * Append children; null, undefined and false are left out.
 *
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * Replace all children.
 *
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function refill(element, ...children) {
  element.replaceChildren();
  fill(element, ...children);
}

/** Set the title of the window. @param {string} [title]  Of a view. */
export function setTitle(title) {
  document.title = title ? `${title} · Tigertail` : "Tigertail";
}

/**
 * Find an element that the page must have.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element;
}

/**
 * Act on a click of a link, unless the browser is to open it in a new tab.
 *
 * @param {HTMLAnchorElement} link
 * @param {() => void} act
 */
export function onPlainClick(link, act) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    act();
  });
}

let last = 0;

/** @param {string} prefix @returns {string} An id that no other element has. */
export function freshId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}

/**
 * Debounce a function: wait until calls stop for a while, then make the last of them.
 *
 * @template {unknown[]} A
 * @param {(...args: A) => void} callback
 * @param {number} delay  Milliseconds.
 * @returns {(...args: A) => void}
 */
export function debounce(callback, delay) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...args), delay);
  };
}
