/** What this browser keeps. Storage may be full, or refused in private windows: then nothing is kept, and callers know. */

/**
 * @param {Storage} storage
 * @param {string} key
 * @param {string} value
 * @returns {boolean} Whether it is kept.
 */
export function writeItem(storage, key, value) {
  try {
    storage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Storage} storage
 * @param {string} key
 * @returns {string | null}
 */
export function readItem(storage, key) {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * A random identifier; `crypto.randomUUID` exists only where the origin is secure, and a server at home is not.
 *
 * @returns {string} A UUID of version 4.
 */
export function uuid() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}
