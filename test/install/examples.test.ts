import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { checkSyntax } from "../../src/nix";
import { EmbeddedHost } from "../../src/sim";
import { linkPackages, transpiled } from "../support/copied-app";
import { chosenResources, Project } from "../support/project";
import { describeWith } from "../support/tools";

const folder = resolve(__dirname, "../../examples");
/** Every folder of examples/ with an app, but the demo, which is a program around one of them. */
const themes = readdirSync(folder).filter((name) => name !== "demo" && existsSync(join(folder, name, "main.ts")));

/** The text of a file of an example; empty where it has none. */
function textOf(theme: string, file: string): string {
  const path = join(folder, theme, file);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** A project of a user's who copied the example: its files, and the packages. */
function projectOf(theme: string): Project {
  const project = new Project(chosenResources(), `example-${theme}`);
  cpSync(join(folder, theme), project.folder, { recursive: true });
  for (const file of readdirSync(project.folder).filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(join(project.folder, file), "utf8");
    project.write(
      file.replace(/\.ts$/, ".js"),
      transpiled(text.replaceAll("../../constructs", "cdktf-nixos-containers")),
    );
  }
  linkPackages(project.folder);
  return project;
}

/** Hosts under the names that the example gives them, with the devices it allows, and what its host.nix says of directories, secrets and bridges. */
async function hostsOf(theme: string): Promise<ReadonlyMap<string, EmbeddedHost>> {
  const code = ["main.ts", "settings.ts"].map((file) => textOf(theme, file)).join("");
  const nix = textOf(theme, "host.nix");
  const names = new Set([...code.matchAll(/"([\w-]+\.example\.org)"/g)].map(([, name = ""]) => name));
  const bridges = [...nix.matchAll(/networking\.bridges\.(\w+)\./g)].map(([, name = ""]) => name);
  const places = [...nix.matchAll(/"d (\/\S+) /g)].map(([, path = ""]) => `mkdir -p "$CDKTF_NIXOS_ROOT${path}"`);
  const secrets = [...nix.matchAll(/age\.secrets\.([\w-]+) =/g)].map(
    ([, name = ""]) => `mkdir -p "$CDKTF_NIXOS_ROOT/run/agenix" && echo secret >"$CDKTF_NIXOS_ROOT/run/agenix/${name}"`,
  );
  const devices = [...code.matchAll(/node: "(\/dev\/\S+)"/g)].map(
    ([, node = ""]) =>
      `mkdir -p "$CDKTF_NIXOS_ROOT${dirname(node)}" && echo embedded-host device char 226 128 >"$CDKTF_NIXOS_ROOT${node}"`,
  );
  const hosts = new Map<string, EmbeddedHost>();
  for (const name of names) {
    const host = await EmbeddedHost.start({ name: name.split(".")[0], bridges });
    hosts.set(name, host);
    const prepare = [...places, ...secrets, ...devices, textOf(theme, "before.sh")].join("\n");
    const { code: status, stderr } = await host.run(`set -e\n${prepare}`, { user: "root" });
    if (status !== 0) throw new Error(`${theme}: the host could not be prepared: ${stderr}`);
  }
  return hosts;
}

test("there are examples, and the list of them names each", () => {
  const listed = [...textOf(".", "README.md").matchAll(/^- \[([\w-]+)\]\(\1\/main\.ts\)/gm)].map(
    ([, name = ""]) => name,
  );
  expect([...listed].sort()).toEqual([...themes].sort());
  expect(themes.length).toBeGreaterThanOrEqual(8);
});

describeWith("nix-instantiate", "their Nix", () => {
  test("is read by nix", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".nix"));
    expect(files.length).toBeGreaterThan(4);
    expect(checkSyntax(files.map((path) => ({ path, text: textOf(".", path), where: {} })))).toEqual([]);
  });
});

describeWith(["ssh", "terraform"], "each example", () => {
  test.each(themes)("%s is deployed, and then nothing is to do", async (theme) => {
    const [project, hosts] = [projectOf(theme), await hostsOf(theme)];
    try {
      const aliases = [...hosts].map(
        ([name, { port, identityFile, knownHosts }]) =>
          `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User root\n  IdentityFile ${identityFile}\n  UserKnownHostsFile ${knownHosts}\n`,
      );
      project.write("ssh_config", aliases.join(""));
      project.env["CDKTF_NIXOS_SSH_CONFIG"] = join(project.folder, "ssh_config");
      const succeed = async (program: Promise<{ readonly code: number | null; readonly output: string }>) => {
        const { code, output } = await program;
        if (code !== 0) throw new Error(output);
        return output;
      };
      const synth = () => succeed(project.run("node", ["main.js"]));
      await synth();
      const stacks = readdirSync(project.stackFolder(""));
      for (const stack of stacks) {
        await succeed(project.terraform(stack, ["init", "-input=false", "-no-color"]));
        await succeed(project.apply(stack));
      }
      const running = await Promise.all(
        [...hosts.values()].map((host) =>
          host.run("for n in $(nixos-container list); do nixos-container status $n; done"),
        ),
      );
      for (const { stdout } of running) expect(stdout).toMatch(/^(up\n)+$/);
      await synth();
      for (const stack of stacks) {
        const plan = await project.terraform(stack, ["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
        expect([stack, plan.code, plan.code === 0 ? "" : plan.output]).toEqual([stack, 0, ""]);
      }
    } finally {
      await Promise.all([...hosts.values()].map((host) => host.stop()));
      project.remove();
    }
  });
});
