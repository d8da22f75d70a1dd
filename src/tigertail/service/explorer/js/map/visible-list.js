/** The artists in view as a list, for users who cannot see the map. */

import { badges, name } from "../badges.js";
import { h, onPlainClick, refill } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../language.js";

const MAX_LISTED = 40;

export class VisibleList {
  /**
   * @param {import("./scene.js").Scene} scene
   * @param {object} actions
   * @param {(dot: number) => string} actions.link
   * @param {(dot: number) => void} actions.open
   */
  constructor(scene, actions) {
    this.scene = scene;
    this.actions = actions;
    this.list = h("ol", { class: "visible-list" });
    this.count = h("span", {});
    this.element = h("details", { class: "visible-artists" }, h("summary", {}, icon("chevron"), this.count), this.list);
  }

  /** @param {import("./camera.js").Box} box */
  show(box) {
    const { dots, count } = this.scene.dotsIn(box, MAX_LISTED);
    const artists = text("map.inView", { n: count });
    this.count.textContent = count > MAX_LISTED ? text("map.inView.most", { artists, most: MAX_LISTED }) : artists;
    if (this.list.contains(document.activeElement)) return; // a list with the focus must not change
    refill(this.list, ...dots.map((dot) => this.#listItem(dot)));
  }

  /** @param {number} dot */
  #listItem(dot) {
    const item = this.scene.item(dot);
    const link = h("a", { href: this.actions.link(dot) }, name(item.name));
    onPlainClick(link, () => this.actions.open(dot));
    return h("li", {}, link, badges(item));
  }
}
