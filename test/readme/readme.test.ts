import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { World } from "../e2e/world";
import { type AppSpec, run } from "../support/project";
import { describeWith } from "../support/tools";
import { blockNamed, blocksOf, readPage, root } from "./pages";

const command = join(root, "dist/src/cli/main.js");

/** A container of the app below, with the props that are replaced. */
type Chosen = string | readonly [id: string, props: object];

/** What differs from run to run, and margins. */
function even(line: string): string {
  return line
    .replace(/\d+\.\d s\)/g, "N s)")
    .replace(/\d+ [A-Z][a-z]{2} \d\d:\d\d UTC/g, "D M H:M UTC")
    .replace(/^containers +/, "")
    .replace(/\bterraform_data\b/g, "null_resource")
    .replace(/\btriggers_replace\b/g, "triggers")
    .replace(/^(. )?"?apply"? +=/, '$1"apply" =')
    .replace(/\s+/g, " ")
    .trim();
}

/** The lines of a block that an output does not show, in this order; where either is broken between words does not count. */
function notShown(block: string, output: string): string[] {
  const linesOf = (text: string): string[] =>
    text
      .split("\n")
      .map((line) => even(line.trim()))
      .filter((line) => line !== "");
  const printed = linesOf(output).join(" ");
  let from = 0;
  return linesOf(block).filter((line) => {
    const at = printed.indexOf(line, from);
    if (at >= 0) from = at + line.length;
    return at < 0;
  });
}

test("an output is compared line by line, in order", () => {
  expect(notShown("a (1.0 s)\n\nb", "x\n  a (2.5 s)\nb")).toEqual([]);
  expect(notShown("b\na", "a\nb")).toEqual(["a"]);
  expect(notShown("note  a\n  b", "note  a b")).toEqual([]);
});

/** The outputs that are compared here; those that are drawings are named too. */
const shown = [
  "plan",
  "first-deploy",
  "settled",
  "replaced",
  "removal",
  "protected",
  "adopt",
  "last-failure",
  "destroy",
];
const ofNixpkgs = ["nixpkgs-note", "nixpkgs-moves", "nixpkgs-follows"];

test("every output in the documentation has a name, and is compared with what is printed", () => {
  const names = blocksOf("text").map(({ name }) => name);
  expect(names.sort()).toEqual([...shown, ...ofNixpkgs, ...Object.keys(helped), "house"].sort());
});

/** The blocks that show the help of a command. */
const helped: Readonly<Record<string, string>> = {
  help: "plan",
  "help-demo": "demo",
  "help-embedded-host": "embedded-host",
};

test.each(Object.entries(helped))("the block %s is the help that %s prints", async (name, subcommand) => {
  const { output } = await run("node", [command, subcommand, "--help"]);
  const words = (text: string): string => text.split(/\s+/).join(" ").trim();
  expect(words(blockNamed(name))).toBe(words(output));
});

/** The README's install lines by name. */
const installs = readPage("README.md").blocks.filter(({ name }) => name.startsWith("install-"));

test("what the README runs with npx, each of its install lines brings", () => {
  const programs = blocksOf("sh", [readPage("README.md")]).flatMap(({ text }) =>
    [...text.matchAll(/^npx (\S+) (?!init)/gm)].map(([, bin = ""]) => bin),
  );
  expect(programs).toContain("cdktn");
  expect(installs.map(({ name }) => name)).toEqual(["install-cdktn", "install-cdktf", "install-plain"]);
  const { bin, name: own } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  // That each of these packages brings its program is tried where the lines are run.
  const brought: Readonly<Record<string, readonly string[]>> = {
    [own]: Object.keys(bin),
    "cdktn-cli": ["cdktn"],
    "cdktf-cli": ["cdktf"],
  };
  for (const { name, text } of installs) {
    const packages = [...text.matchAll(/^npm install (.*)$/gm)].flatMap(([, names = ""]) => names.split(" "));
    const bins = packages.flatMap((one) => brought[one] ?? []);
    const wanted = programs.map((program) => (name === "install-cdktf" ? program.replace("cdktn", "cdktf") : program));
    expect([name, bins]).toEqual([name, expect.arrayContaining(wanted)]);
  }
});

interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
}

test("docs/install.md repeats the README's lines", () => {
  const { text } = readPage("docs/install.md");
  for (const install of installs) expect(text).toContain(install.text);
});

describeWith(["ssh", "terraform"], "a machine that is gone for good", () => {
  test("is forgotten with the documentation's command, and destroy ends", async () => {
    const world = await World.embedded({});
    try {
      const spec = world.stack([{ id: "one" }]);
      await world.deploy(spec);
      const machineId = (await world.machine.sh('cat "$R/etc/machine-id"')).stdout.trim();
      await world.machine.embedded?.pause();
      await world.project.synth(spec, { mayFail: true });
      // Terraform goes on trying for as long as the connection's timeout, a minute; a test need not.
      const file = join(world.project.stackFolder("fleet"), "cdk.tf.json");
      writeFileSync(file, readFileSync(file, "utf8").replaceAll('"timeout": "60s"', '"timeout": "1s"'));
      const destroy = () => world.project.terraform("fleet", ["destroy", "-input=false", "-no-color", "-auto-approve"]);
      const refused = await destroy();
      expect(refused.code).toBe(1);
      expect(refused.output).toMatch(/dial tcp .+: connection refused/);
      const [forget = ""] = blockNamed("forget").split("\n");
      const filled = forget
        .replace("STACK", "fleet")
        .replace("MACHINE-ID", machineId)
        .replace("null_resource", world.project.resources);
      expect(await world.project.run("sh", ["-c", filled])).toMatchObject({ code: 0 });
      expect(await destroy()).toMatchObject({ code: 0 });
    } finally {
      await world.close();
    }
  });
});

describeWith(["ssh", "terraform"], "the outputs in the documentation", () => {
  const containers: Record<string, object> = {
    database: {
      config: { services: { postgresql: { enable: true } } },
      network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" },
      autoStart: true,
    },
    mail: { config: "{ ... }: { services.postfix.enable = true; }\n" },
    // The embedded host evaluates nothing: it says what nix would say of a misspelt option.
    wiki: { config: '{ ... }: { a = throw "The option `services.ngnix\' does not exist."; }' },
    legacy: {
      config: { services: { nginx: { enable: true } } },
      network: { hostAddress: "10.233.1.1", localAddress: "10.233.1.2" },
      adopt: true,
    },
  };
  const withSettings = { services: { postgresql: { enable: true, settings: { max_connections: 200 } } } };
  let world: World;

  /** The app of the README's fifteen lines, with these containers; a container's props can be replaced. */
  function app(...ids: readonly Chosen[]): AppSpec {
    return {
      stacks: [
        {
          id: "containers",
          hosts: [{ id: "web1", address: "web1.example.org" }],
          containers: ids.map((chosen) => {
            const [id, props] = typeof chosen === "string" ? [chosen, {}] : chosen;
            return { id, host: "web1", ...containers[id], ...props };
          }),
        },
      ],
    };
  }

  /** What `cdktf-nixos plan` prints. */
  async function planned(...ids: readonly Chosen[]): Promise<string> {
    world.project.write("app.json", JSON.stringify(app(...ids)));
    return (await world.project.run("node", [command, "plan"])).output;
  }

  const expectShown = (name: string, output: string): void =>
    expect([name, notShown(blockNamed(name), output)]).toEqual([name, []]);

  beforeAll(async () => {
    world = await World.embedded({ name: "web1" });
    const { port, identityFile, knownHosts } = world.embedded;
    world.project.write(
      "ssh_config",
      `Host web1.example.org\n  HostName 127.0.0.1\n  Port ${port}\n  User root\n  IdentityFile ${identityFile}\n  UserKnownHostsFile ${knownHosts}\n`,
    );
    world.project.env["CDKTF_NIXOS_SSH_CONFIG"] = join(world.project.folder, "ssh_config");
  });
  afterAll(() => world.close());

  test("are what a user sees", async () => {
    const protect = ["database", { protect: true }] as const;
    const deploy = await world.project.deploy(app(protect));
    expectShown("first-deploy", deploy.output);
    expect((await planned(protect)).trim()).toBe(blockNamed("settled").trim());

    await world.project.deploy(app(protect, "mail"));
    expectShown("removal", await planned(protect));
    expectShown("protected", await planned("mail"));
    const destroy = await world.project.run("node", [command, "plan", "--destroy"]);
    expectShown("destroy", destroy.output);

    await world.embedded.run("nixos-container stop mail", { user: "root" });
    const moved = { hostAddress: "192.168.100.10", localAddress: "192.168.100.12" };
    const changed = [
      "database",
      { protect: true, config: withSettings, network: { privateNetwork: true, ...moved } },
    ] as const;
    expect((await planned(changed, "mail")).trim()).toBe(blockNamed("plan").trim());
    expectShown("replaced", (await world.project.plan(app(changed, "mail"))).output);

    await world.embedded.run(
      "nixos-container create legacy --config 'services.nginx.enable = true;' && nixos-container start legacy",
      { user: "root" },
    );
    expectShown("adopt", await planned(protect, "mail", "legacy"));

    expect((await world.project.deploy(app(protect, "mail", "wiki"), { mayFail: true })).code).not.toBe(0);
    expectShown("last-failure", await planned(protect, "mail", "wiki"));

    world.embedded.upgradeNixpkgs({ release: "25.11", suffix: ".20251120.1234567" });
    expectShown("nixpkgs-note", await planned(protect, "mail"));
    expectShown("nixpkgs-moves", await planned(["database", { protect: true, config: withSettings }], "mail"));
    expectShown("nixpkgs-follows", await planned(["database", { protect: true, followNixpkgs: true }], "mail"));
  });

  test("an archived container is restored as the documentation says", async () => {
    const { embedded } = world;
    const mark = "var/lib/nixos-containers/mail/mark";
    await embedded.run(`echo kept >"$CDKTF_NIXOS_ROOT/${mark}"`, { user: "root" });
    await world.project.deploy(app(["database", { protect: true }]));
    expect((await embedded.run(`cat "$CDKTF_NIXOS_ROOT/${mark}"`)).code).not.toBe(0);
    const [archive = ""] = (
      await embedded.run('ls "$CDKTF_NIXOS_ROOT/var/lib/nixos-containers/.archive"')
    ).stdout.split("\n");
    let said = "";
    for (const line of blockNamed("restore").trim().split("\n")) {
      const there = line
        .replace(/^ssh root@web1\.example\.org /, "")
        .replaceAll("NAME-TIME", archive)
        .replaceAll("NAME", "mail")
        .replaceAll("/var/lib/", '"$CDKTF_NIXOS_ROOT"/var/lib/');
      const { code, stdout } = await embedded.run(there, { user: "root" });
      expect([there, code]).toEqual([there, 0]);
      said += stdout;
    }
    const [, stateVersion] = /^state-version=(.+)$/m.exec(said) ?? [];
    expect(stateVersion).toBe("25.05");
    await world.project.deploy(app(["database", { protect: true }], ["mail", { adopt: true, stateVersion }]));
    expect((await embedded.run(`cat "$CDKTF_NIXOS_ROOT/${mark}"`)).stdout).toBe("kept\n");
  });
});

describeWith(["ssh", "terraform"], "a container that moves to another host", () => {
  test("brings its data along as the documentation says", async () => {
    const world = await World.embedded({ name: "old" }, { name: "new" });
    try {
      const [old, fresh] = world.hosts.map(({ embedded }) => embedded?.root ?? "");
      const mark = "var/lib/nixos-containers/database/mark";
      await world.deploy(world.stack([{ id: "database" }]));
      writeFileSync(join(old ?? "", mark), "kept\n");
      await world.deploy(world.stack([{ id: "database", running: false }]));
      const commands = blockNamed("move")
        .replaceAll("ssh root@old.example.org '", `sh -c 'cd ${old} && `)
        .replaceAll("ssh root@new.example.org '", `sh -c 'cd ${fresh} && `)
        .replaceAll("-C /var/lib", "-C var/lib");
      expect(await world.project.run("sh", ["-e", "-c", commands])).toMatchObject({ code: 0 });
      await world.deploy(world.stack([{ id: "database", host: "host2", adopt: true, stateVersion: "25.05" }]));
      expect(readFileSync(join(fresh ?? "", mark), "utf8")).toBe("kept\n");
      expect(await world.status("database", world.hosts[1])).toBe("up");
      expect(readdirSync(join(old ?? "", "var/lib/nixos-containers/.archive"))).toHaveLength(1);
    } finally {
      await world.close();
    }
  });
});
