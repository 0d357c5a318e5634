"use strict";
// Says which hashicorp/null serves this machine, and builds the double where it comes to that; exits 1 where there is none.
const { providerMirror, providerMirrorLine } = require("../dist/examples/support/provider-mirror.js");

const mirror = providerMirror();
console.log(providerMirrorLine(mirror));
process.exitCode = mirror.kind === "none" ? 1 : 0;
