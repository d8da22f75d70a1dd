/** Storage of the browser. It may be full, or blocked in private windows: then nothing is stored, and the result says so. */

/**
 * @param {Storage} storage
 * @param {string} key
 * @param {string} value
 * @returns {boolean} Whether it is stored.
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
 */
export function removeItem(storage, key) {
  try {
    storage.removeItem(key);
  } catch {
    // What is blocked holds nothing.
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
