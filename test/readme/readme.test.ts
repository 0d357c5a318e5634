import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { checkSyntax } from "../../src/nix";
import { World } from "../e2e/world";
import { run } from "../support/project";
import { describeWith } from "../support/tools";

const root = resolve(__dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));

function blocksOf(language: string): string[] {
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

test("every code block of the README is of a kind that is tested here", () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(["text", "ts", "sh", "nix", "json"]));
});

test("its TypeScript compiles against the package", () => {
  const folder = join(root, "node_modules/.cache/cdktf-nixos-readme");
  mkdirSync(folder, { recursive: true });
  const files = [...blocksOf("ts"), "const broken: number = 'text';\nexport default broken;\n"].map((text, index) => {
    const file = join(folder, `block${index}.ts`);
    writeFileSync(file, text);
    return file;
  });
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: { "cdktf-nixos-containers": [join(root, "constructs/index.ts")] },
  });
  const complaints = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  rmSync(folder, { recursive: true });
  // The last file is the control: a block that does not compile is noticed.
  expect(complaints).toEqual([expect.stringContaining(`block${files.length - 1}.ts`)]);
});

describeWith("nix-instantiate", "its Nix", () => {
  test("is read by nix", () => {
    const files = blocksOf("nix").map((text, index) => ({ path: `block${index}.nix`, text, where: {} }));
    expect(checkSyntax(files)).toEqual([]);
    expect(checkSyntax([{ path: "control.nix", text: "{ a = ; }", where: {} }])).toHaveLength(1);
  });
});

test("its JSON is JSON", () => {
  expect(blocksOf("json").map((text) => typeof JSON.parse(text))).toEqual(["object"]);
});

test("its shell commands are commands: of npm scripts that exist, of cdktf, or installs of this package", async () => {
  const { scripts, name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
    name: string;
  };
  for (const line of blocksOf("sh").flatMap((text) => text.trim().split("\n"))) {
    expect((await run("sh", ["-n", "-c", line])).code).toBe(0);
    for (const command of line.split(" && ")) {
      const [, script] = /^npm (?:run )?(demo|test)$/.exec(command) ?? [];
      if (command === forget) continue; // run below
      const known =
        command === "npm ci" ||
        command.startsWith(`npm install ${name}`) ||
        /^npx cdktf (diff|deploy|destroy)$/.test(command);
      expect([command, known || (script !== undefined && script in scripts)]).toEqual([command, true]);
    }
  }
});

test("what it runs with npx, its install line brings", () => {
  const commands = blocksOf("sh").join("");
  const [, packages = ""] = /^npm install (cdktf-nixos-containers .*)$/m.exec(commands) ?? [];
  const bins = packages.split(" ").flatMap((name) => {
    const manifest = join(root, name === "cdktf-nixos-containers" ? "." : `node_modules/${name}`, "package.json");
    return Object.keys((JSON.parse(readFileSync(manifest, "utf8")) as { bin?: Record<string, string> }).bin ?? {});
  });
  expect(bins).toEqual(expect.arrayContaining([...commands.matchAll(/^npx (\S+)/gm)].map(([, bin]) => bin)));
});

const forget =
  blocksOf("sh")
    .join("")
    .split("\n")
    .find((line) => line.includes(" state rm ")) ?? "";

describeWith(["ssh", "terraform"], "a machine that is gone for good", () => {
  test("is forgotten with the README's command, and destroy ends", async () => {
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
      const command = forget
        .replace("STACK", "fleet")
        .replace("MACHINE-ID", machineId)
        .replace("null_resource", world.project.resources);
      expect(await world.project.run("sh", ["-c", command])).toMatchObject({ code: 0 });
      expect(await destroy()).toMatchObject({ code: 0 });
    } finally {
      await world.close();
    }
  });
});

/** The messages that the table of troubles quotes as ours; `…` is what differs from time to time. */
function quotedMessages(): string[] {
  const [, table = ""] = /^\| message .*\n((?:\|.*\n)+)/m.exec(readme) ?? [];
  const cells = table.split("\n").map((row) => row.split("|")[1] ?? "");
  return cells.flatMap((cell) =>
    [...cell.replace(/Terraform's `[^`]*`/g, "").matchAll(/`([^`]+)`/g)].map(([, message = ""]) => message),
  );
}

/** Every line of the sources and of the programs for the hosts that is no comment; the embedded host only plays a part. */
function sourceLines(): string[] {
  const files = ["src", "constructs"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return files
    .filter((file) => /\.(ts|sh)$/.test(file) && !file.startsWith(join("src", "sim")))
    .flatMap((file) => readFileSync(join(root, file), "utf8").split("\n"))
    .filter((line) => !/^\s*(\*[ /]|\*$|\/\*|\/\/|#)/.test(line));
}

test("its messages are messages that are printed", () => {
  const lines = sourceLines();
  const unprinted = [...quotedMessages(), "the control … nobody says this"].filter((message) => {
    const parts = message.split("…").map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return !lines.some((line) => new RegExp(parts.join(".+")).test(line));
  });
  expect(unprinted).toEqual(["the control … nobody says this"]);
  expect(quotedMessages().length).toBeGreaterThan(10);
});

describeWith(["ssh", "terraform"], "its plans", () => {
  test("are what a user sees, to the letter", async () => {
    const world = await World.embedded({ name: "web1" });
    try {
      const host = world.machine.embedded;
      if (!host) throw new Error("the embedded host is missing");
      const config = join(world.project.folder, "ssh_config");
      writeFileSync(
        config,
        `Host web1.example.org\n  HostName 127.0.0.1\n  Port ${host.port}\n  User root\n  IdentityFile ${host.identityFile}\n  UserKnownHostsFile ${host.knownHosts}\n`,
      );
      world.project.env["CDKTF_NIXOS_SSH_CONFIG"] = config;
      const app = (localAddress: string, settings: object) => ({
        stacks: [
          {
            id: "containers",
            hosts: [{ id: "web1", address: "web1.example.org" }],
            containers: [
              {
                id: "database",
                host: "web1",
                config: { services: { postgresql: { enable: true, ...settings } } },
                network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress },
                autoStart: true,
              },
              { id: "mail", host: "web1", config: "{ ... }: { services.postfix.enable = true; }\n" },
            ],
          },
        ],
      });
      await world.project.deploy(app("192.168.100.11", {}));
      await world.sh("mail", 'nixos-container stop "$N"');
      const changed = app("192.168.100.12", { settings: { max_connections: 200 } });
      const terraform = await world.project.plan(changed);
      const ours = await world.project.run("node", [join(root, "dist/src/cli/main.js"), "plan"]);
      const [plan = "", fragment = ""] = blocksOf("text");
      expect(ours.output.trim()).toBe(plan.trim());
      const said = terraform.output.split("\n").map((line) => line.trim().replace(/^(. )"?apply"? +=/, '$1"apply" ='));
      for (const line of fragment.trim().split("\n")) {
        const expected = line.trim().replaceAll("null_resource", world.project.resources);
        expect(said).toContainEqual(expect.stringContaining(expected));
      }
    } finally {
      await world.close();
    }
  });
});
