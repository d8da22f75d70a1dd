/** The artists in view as a list, for those who do not see the map. */

import { badges, name } from "../badges.js";
import { h, refill } from "../dom.js";
import { icon } from "../icons.js";
import { pluralize } from "../format.js";

const LISTED = 40;

export class InView {
  /**
   * @param {import("./scene.js").Scene} scene
   * @param {object} acts
   * @param {(dot: number) => string} acts.link
   * @param {(dot: number) => void} acts.open
   */
  constructor(scene, acts) {
    this.scene = scene;
    this.acts = acts;
    this.list = h("ol", { class: "in-view" });
    this.many = h("span", {});
    this.element = h("details", { class: "in-view-box" }, h("summary", {}, icon("chevron"), this.many), this.list);
  }

  /** @param {import("./camera.js").Box} box */
  show(box) {
    const { dots, count: all } = this.scene.within(box, LISTED);
    this.many.textContent = `${pluralize(all, "artist")} in view${all > LISTED ? `, the ${LISTED} most heard` : ""}`;
    if (this.list.contains(document.activeElement)) return; // no list changes under a reader's cursor
    refill(this.list, ...dots.map((dot) => this.#line(dot)));
  }

  /** @param {number} dot */
  #line(dot) {
    const item = this.scene.item(dot);
    const link = h("a", { href: this.acts.link(dot) }, name(item.name));
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.acts.open(dot);
    });
    return h("li", {}, link, badges(item));
  }
}
