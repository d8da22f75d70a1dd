import js from "@eslint/js";
import globals from "globals";

const WORD = /\p{L}{2}/u;
const BRAND = "Tigertail";
const ATTRIBUTES = new Set(["alt", "aria-description", "aria-label", "aria-placeholder", "aria-roledescription", "aria-valuetext", "placeholder", "title"]);
const PROPERTIES = new Set(["ariaLabel", "innerText", "placeholder", "textContent", "title"]);
/** Functions that show what they are given, and the first argument that is shown. */
const SHOWING = new Map([["announce", 0], ["errorLine", 0], ["fill", 1], ["h", 2], ["message", 0], ["optionGroup", 0], ["refill", 1], ["replaceChildren", 0], ["report", 0], ["s", 2], ["setTitle", 0], ["toast", 0]]);
const WITHIN = new Set(["ArrayExpression", "BinaryExpression", "ConditionalExpression", "LogicalExpression", "SpreadElement", "TemplateLiteral"]);

/** The expression that a text is a part of, such as a choice between two; null where it only decides. */
function whole(node) {
  let inner = node;
  while (WITHIN.has(inner.parent.type)) {
    const { parent } = inner;
    if (parent.test === inner || (parent.type === "BinaryExpression" && parent.operator !== "+")) return null;
    inner = parent;
  }
  return inner;
}

/** Whether a call shows one of its arguments; code is no language. */
function showsArgument({ callee, arguments: given }, argument) {
  const index = given.indexOf(argument);
  const name = callee.name ?? callee.property?.name;
  if (name === "setAttribute") return index === 1 && ATTRIBUTES.has(given[0].value);
  return index >= (SHOWING.get(name) ?? Infinity) && given[0].value !== "code";
}

const SHOWN = {
  Property: (parent, inner) => parent.value === inner && ATTRIBUTES.has(parent.key.value ?? parent.key.name),
  AssignmentExpression: (parent, inner) => parent.right === inner && PROPERTIES.has(parent.left.property?.name),
  CallExpression: showsArgument,
};

/** Whether a visitor reads a text: it is a child of an element, or an attribute or a property that is shown. */
function isShown(node) {
  const inner = whole(node);
  return inner !== null && Boolean(SHOWN[inner.parent.type]?.(inner.parent, inner));
}

const texts = {
  create(context) {
    const check = (node, written) => WORD.test(written.replaceAll(BRAND, "")) && isShown(node) && context.report({ node, message: "A text of the page belongs in messages/, in every language." });
    return {
      Literal: (node) => typeof node.value === "string" && check(node, node.value),
      TemplateElement: (node) => check(node, node.value.raw),
    };
  },
};

const rules = {
  complexity: ["error", 12],
  eqeqeq: "error",
  "no-shadow": "error",
  "no-undef": "error",
  "no-unused-vars": "error",
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  { ...js.configs.recommended, files: ["**/*.js"] },
  {
    files: ["src/**/*.js"],
    languageOptions: { ecmaVersion: 2022, globals: globals.browser },
    plugins: { page: { rules: { texts } } },
    rules: { ...rules, "page/texts": "error" },
  },
  // Loaded before anything is painted, and therefore not a module.
  { files: ["src/**/first-paint.js"], languageOptions: { sourceType: "script" } },
  { files: ["*.config.js"], rules },
];
