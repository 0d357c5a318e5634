import { readdirSync } from "node:fs";

// The tests of this folder once more, by users of the other framework.
process.env["CDKTF_NIXOS_TEST_FRAMEWORK"] = "cdktn";

const files = readdirSync(__dirname).filter((file) => file.endsWith(".test.ts") && file !== "cdktn.test.ts");

/* eslint-disable @typescript-eslint/no-require-imports */
require("./app"); // it removes the folders of all of them, at the end
describe.each(files)("on cdktn, %s", (file) => {
  require(`./${file}`);
});
