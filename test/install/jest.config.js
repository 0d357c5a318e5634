"use strict";
process.env.TMPDIR ??= require("node:os").tmpdir(); // on disk: what npm installs is too much for memory

/** Projects as users make them, with npm and its registry: `npm run test:install`. */
module.exports = {
  ...require("../../jest.config.js"),
  rootDir: "../..",
  roots: ["<rootDir>/test/install"],
  testPathIgnorePatterns: [],
};
