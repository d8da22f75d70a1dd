import js from "@eslint/js";
import globals from "globals";

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
  { files: ["src/**/*.js"], languageOptions: { ecmaVersion: 2022, globals: globals.browser }, rules },
  // Loaded before anything is painted, and therefore not a module.
  { files: ["src/**/first-paint.js"], languageOptions: { sourceType: "script" } },
  { files: ["*.config.js"], rules },
];
