import { chosenResources, Project } from "../support/project";

// The app of this file's scenarios is made with the other framework.
process.env["CDKTF_NIXOS_TEST_FRAMEWORK"] = "cdktn";

test("the app of these scenarios is one of cdktn", async () => {
  const project = new Project(chosenResources(), "project");
  await project.synth({ stacks: [{ id: "fleet", teardown: true }] });
  expect(project.stack("fleet")).toHaveProperty(["//", "metadata", "version"], expect.stringMatching(/^0\.24\./));
  project.remove();
});

describe("on cdktn", () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require("./life.test");
});
