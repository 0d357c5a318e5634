"use strict";
const Sequencer = require("@jest/test-sequencer").default;

/** Where tests wait for hosts, Terraform and ssh. */
const slow = /[/\\]test[/\\](e2e|readme|script|observe|sim)[/\\]/;

/** A clean checkout knows no durations: there the long files go first, lest one of them runs alone at the end. */
module.exports = class SlowFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => slow.test(path)), ...sorted.filter(({ path }) => !slow.test(path))];
  }
};
