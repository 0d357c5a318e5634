import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findEngine, installProblem } from "../../examples/support/engine";
import { nullProviderDouble } from "../../examples/support/null-provider-double";
import { mirrorEnvironment } from "../../examples/support/provider-mirror";
import { providerMirror, providerMirrorLine } from "../support/provider-mirror";
import { describeUnless } from "../support/tools";

const engine = findEngine(process.env);
const double = engine ? nullProviderDouble(engine, process.env) : { problem: "there is no terraform" };
const held = "mirror" in double ? double.mirror : "";

/** A machine that reaches no registry, and whose user has settled nothing. */
const alone = {
  ...process.env,
  CDKTF_NIXOS_TERRAFORM_MIRROR: undefined,
  TF_CLI_CONFIG_FILE: undefined,
  TF_CLI_ARGS_providers_lock: undefined,
  HTTPS_PROXY: "http://127.0.0.1:9",
  https_proxy: "http://127.0.0.1:9",
};

describe("which hashicorp/null is used", () => {
  test("none where the engine is missing, and the reason says so", () => {
    const mirror = providerMirror({ ...alone, TERRAFORM_BINARY_NAME: "no-such-engine" });
    expect(mirror).toMatchObject({ kind: "none", reason: "no-such-engine cannot be run" });
    expect(providerMirrorLine(mirror)).toBe(
      "hashicorp/null: none, so terraform_data is used (no-such-engine cannot be run)",
    );
  });
});

describeUnless("problem" in double && double.problem, "which hashicorp/null is used, with an engine", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "provider-mirror-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const installs = (env: Readonly<Record<string, string>>) => installProblem(engine!, { ...alone, ...env }, 30);

  test("the one in the mirror that CDKTF_NIXOS_TERRAFORM_MIRROR names, before all others", () => {
    const mirror = providerMirror({ ...alone, CDKTF_NIXOS_TERRAFORM_MIRROR: held });
    expect(mirror).toMatchObject({ kind: "mirror", reason: `CDKTF_NIXOS_TERRAFORM_MIRROR=${held}` });
    expect(installs(mirror.env)).toBeUndefined();
  });

  test("not from a named mirror that does not hold it, and the reason says so", () => {
    const mirror = providerMirror({ ...alone, CDKTF_NIXOS_TERRAFORM_MIRROR: "/nowhere" });
    expect(mirror.kind).toBe("double");
    expect(mirror.reason).toContain("CDKTF_NIXOS_TERRAFORM_MIRROR=/nowhere: ");
  });

  test("the real one where the engine, as its user set it up, installs and locks it by itself", () => {
    const usersOwn = mirrorEnvironment(held, {});
    const mirror = providerMirror({ ...alone, ...usersOwn });
    expect(mirror).toMatchObject({ kind: "real", env: { CHECKPOINT_DISABLE: "1", CI: "1" } });
    expect(mirror.env).not.toHaveProperty("TF_CLI_CONFIG_FILE");
    expect(installs(mirror.env)).toBeDefined(); // control: it took the user's settings to install it
  });

  test("the double where no registry answers", () => {
    const mirror = providerMirror(alone);
    expect(mirror).toMatchObject({ kind: "double", reason: expect.stringMatching(/init: .+/) as unknown });
    expect(mirror.env["TF_CLI_ARGS_providers_lock"]).toBe(`-fs-mirror=${held}`);
    expect(installs(mirror.env)).toBeUndefined();
  });

  test("a CLI configuration that does not exist is replaced by ours, one that does is kept", () => {
    const file = path.join(folder, "terraformrc");
    const env = { ...alone, TERRAFORM_BINARY_NAME: "no-such-engine", TF_CLI_CONFIG_FILE: file };
    expect(readFileSync(providerMirror(env).env["TF_CLI_CONFIG_FILE"], "utf8")).toBe("");
    writeFileSync(file, "");
    expect(providerMirror({ ...env, FRESH: "1" }).env).not.toHaveProperty("TF_CLI_CONFIG_FILE");
  });

  test("a mirror in a folder with spaces and quotes serves too", () => {
    const odd = `/nowhere/a "quoted" 'folder'`;
    expect(mirrorEnvironment(odd, {})["TF_CLI_ARGS_providers_lock"]).toMatch(/a\\ \\"quoted\\"\\ \\'folder\\'$/);
  });

  test("without go there is no double, and the reason says so", () => {
    const elsewhere = { ...engine!, platform: "plan9_386" };
    expect(nullProviderDouble(elsewhere, { PATH: folder })).toEqual({
      problem: expect.stringContaining("go cannot be run") as unknown,
    });
  });
});
