"use strict";
/** Projects as users make them, with npm and its registry: `npm run test:install`. */
module.exports = {
  ...require("../../jest.config.js"),
  rootDir: "../..",
  roots: ["<rootDir>/test/install"],
  testPathIgnorePatterns: [],
};
