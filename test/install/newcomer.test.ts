import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import type { HostConnection } from "../../src/sim";
import { Folder } from "../package/folder";
import { pack, type Packed } from "../package/packed";
import { registryProblem } from "../package/registry";
import { blockNamed } from "../readme/pages";
import { providerMirror } from "../support/provider-mirror";
import { describeUnless, hasTool } from "../support/tools";
import { nodeEnvironment } from "./nodes";
import { type Framework, initialize, installAsPrinted, quiet } from "./project";

interface Route {
  readonly name: string;
  readonly framework: Framework;
  readonly node: number;
  readonly isInitialized: boolean;
  readonly install: string;
}

/** The README's ways from an empty folder to a project, each on a Node that its CLI has. */
const routes: readonly Route[] = [
  { name: "cdktn init", framework: "cdktn", node: 22, isInitialized: true, install: "install-cdktn" },
  { name: "cdktf init", framework: "cdktf", node: 20, isInitialized: true, install: "install-cdktf" },
  { name: "an empty folder", framework: "cdktn", node: 24, isInitialized: false, install: "install-plain" },
];

const missing = ["terraform", "ssh"].filter((tool) => !hasTool(tool));

describeUnless(
  (missing.length > 0 && `not on PATH: ${missing.join(", ")}`) || registryProblem(),
  "a newcomer, with the README's lines to the letter",
  () => {
    const folder = Folder.temporary();
    let packed: Packed;
    beforeAll(async () => {
      packed = await pack(folder.folder("sources"));
    }, 300_000);
    afterAll(() => folder.remove());

    describe.each(routes.map((route) => [route.name, route] as const))("from %s", (name, route) => {
      const { framework } = route;
      const project = folder.folder(name.replace(/\W/g, "-"));
      let env: Readonly<Record<string, string>> = {};
      let host: ChildProcess | undefined;
      const npx = async (...words: readonly string[]) =>
        stripVTControlCharacters(await project.run("npx", ["--no-install", ...words], env));

      beforeAll(async () => {
        const { kind, env: engine } = providerMirror();
        const resources: Record<string, string> = kind === "none" ? { CDKTF_NIXOS_RESOURCES: "terraform_data" } : {};
        const observed = { CDKTF_NIXOS_OBSERVE: "on", CDKTF_NIXOS_SSH_CONFIG: path.join(project.path, "ssh_config") };
        env = { ...quiet, ...engine, ...resources, ...observed, ...(await nodeEnvironment(route.node)) };
      }, 120_000);
      afterAll(async () => {
        if (host?.exitCode !== null) return;
        host.kill();
        await once(host, "exit");
      });

      test("makes a project and installs", async () => {
        // The CLI takes every CDKTF_… of the environment for an option, and `init` refuses those it does not know.
        const { CDKTF_NIXOS_OBSERVE: _o, CDKTF_NIXOS_SSH_CONFIG: _s, CDKTF_NIXOS_RESOURCES: _r, ...plain } = env;
        if (route.isInitialized) await initialize(framework, project, plain);
        await installAsPrinted(route.install, packed.tarball, project, env);
        const inFramework = (text: string) => text.replaceAll("cdktn", framework);
        project.write("main.ts", inFramework(blockNamed("main.ts")));
        if (!route.isInitialized) project.write("cdktf.json", blockNamed("cdktf.json"));
      }, 600_000);

      test("has an embedded host for web1.example.org, of the installed package", async () => {
        await project.run("npm", ["install", "--save-dev", "ssh2"], env);
        host = spawn("npx", ["--no-install", "cdktf-nixos-containers", "embedded-host", "--json", "--name", "web1"], {
          cwd: project.path,
          env: { ...process.env, ...env },
          stdio: ["pipe", "pipe", "inherit"],
        });
        const ended = once(host, "exit").then(([code]) =>
          Promise.reject(new Error(`the embedded host ended with ${String(code)}`)),
        );
        const [line] = (await Promise.race([once(createInterface(host.stdout!), "line"), ended])) as [string];
        ended.catch(() => undefined); // at the end it is told to
        const { address, port, user, identityFile, hostKey } = JSON.parse(line) as HostConnection;
        const keys = [hostKey].flat().map((key) => `[${address}]:${port} ${key}\n`);
        project.write("known_hosts", keys.join(""));
        const login = `HostName ${address}\nPort ${port}\nUser ${user}\nIdentityFile ${identityFile}`;
        const knownHosts = `UserKnownHostsFile ${path.join(project.path, "known_hosts")}`;
        project.write("ssh_config", `Host web1.example.org\n${login}\n${knownHosts}\n`);
      }, 300_000);

      if (!route.isInitialized) {
        test("plays the demo that the package brings", async () => {
          const played = await npx("cdktf-nixos-containers", "demo");
          expect(played).toContain(`deployed with ${framework}`);
          expect(played).toMatch(/All is as told, after \d+ s, and nothing of the demo is left\./);
        }, 600_000);
      }

      test("sees the plan in both commands, and nothing is done yet", async () => {
        for (const _twice of [1, 2]) {
          expect(await npx("cdktf-nixos", "plan")).toMatch(/\+ database +create[^]*1 to create/);
          expect(await npx(framework, "diff")).toMatch(/web1_database .*will be created[^]*create: database/);
        }
      }, 300_000);

      test("deploys, and the second plan is empty", async () => {
        const deployed = await npx(framework, "deploy", "--auto-approve");
        expect(deployed).toMatch(/database: \[\d\] built with nixos-container create/);
        expect(await npx("cdktf-nixos", "plan")).toContain("Nothing to do");
        expect(await npx(framework, "diff")).toContain("No changes.");
      }, 300_000);

      test("destroys, and the plan is the first one again", async () => {
        // The last line of all is not asserted: the command may end before it has shown it.
        expect(await npx(framework, "destroy", "--auto-approve")).toMatch(/nixos-teardown.*: Destruction complete/);
        expect(await npx("cdktf-nixos", "plan")).toMatch(/\+ database +create[^]*1 to create/);
      }, 300_000);
    });
  },
);
